#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "ops/reshape.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace fovea::test {
namespace {

/// y = reshape(x) with its gradient reshape(seed): a program of copies alone.
ir::Graph reshape_and_back() {
  ir::Graph graph;
  const ir::TensorType flat{DType::F32, {4}};
  const ir::ValueId x = graph.add_input("x", flat), seed = graph.add_input("seed", {DType::F32, {2, 2}});
  graph.add_output(graph.add(ops::reshape(), ops::ReshapeAttributes{{2, 2}}, {x}, "there"), "y");
  graph.add_output(graph.add(ops::reshape(), ops::ReshapeAttributes{{4}}, {seed}, "back"), "gradient");
  return graph;
}

class EveryLowering : public testing::TestWithParam<const backend::Backend*> {};

INSTANTIATE_TEST_SUITE_P(backends, EveryLowering, testing::Values(&backend::reference(), &backend::onednn()),
                         [](const auto& row) { return std::string(row.param->name); });

TEST_P(EveryLowering, copies_the_seed_in_the_backward_pass) {
  const ir::Graph graph = reshape_and_back();
  const backend::Lowering lowering = std::get<backend::Lowering>(
      GetParam()->lower(graph, plan::make_schedule(graph, {graph.outputs()[0]}), {.threads = 1}));
  std::vector<std::vector<float>> memory(lowering.buffers.size(), std::vector<float>(4, -1));
  std::vector<void*> addresses;
  for (auto& buffer : memory)
    addresses.push_back(buffer.data());
  const auto at = [&](backend::BufferId id) -> std::vector<float>& {
    return memory[static_cast<std::size_t>(id)];
  };
  const auto state = lowering.make_state();
  const backend::Binder binder(addresses, state.get());
  const auto run = [&](std::size_t first, std::size_t end) {
    state->begin_run();
    for (std::size_t i = first; i < end; ++i)
      lowering.steps[i].bind(binder)();
    state->end_run();
  };
  at(lowering.inputs[0]) = {1, 2, 3, 4};
  run(0, lowering.forward_steps);
  EXPECT_EQ(at(lowering.outputs[0]), (std::vector<float>{1, 2, 3, 4}));
  // The seed may be chosen from the forward part's outputs.
  at(lowering.inputs[1]) = {5, 6, 7, 8};
  run(lowering.forward_steps, lowering.steps.size());
  EXPECT_EQ(at(lowering.outputs[1]), (std::vector<float>{5, 6, 7, 8}));
}

}  // namespace
}  // namespace fovea::test
