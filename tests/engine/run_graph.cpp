#include "engine/run_graph.hpp"

#include <cstring>

namespace fovea::test {
namespace {

Tensor poisoned(std::size_t bytes) {
  Tensor memory(DType::I32, {static_cast<std::int64_t>((bytes + 3) / 4)});
  if (memory.bytes() > 0)
    std::memset(memory.raw(), 0xff, memory.bytes());
  return memory;
}

}  // namespace

std::vector<Tensor> run_graph(const backend::Backend& backend, const ir::Graph& graph,
                              const std::vector<Tensor>& inputs) {
  const backend::Lowering lowering = std::get<backend::Lowering>(
      backend.lower(graph, plan::make_schedule(graph, graph.outputs()), {.threads = 1}));
  std::vector<Tensor> memory;
  std::vector<void*> addresses;
  for (const backend::Buffer& buffer : lowering.buffers) {
    const bool constant = buffer.kind == backend::Buffer::Kind::Constant;
    memory.push_back(constant ? buffer.constant : poisoned(buffer.bytes));
    addresses.push_back(memory.back().raw());
  }
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].bytes() > 0)
      std::memcpy(addresses[static_cast<std::size_t>(lowering.inputs[i])], inputs[i].raw(),
                  inputs[i].bytes());
  const auto state = lowering.make_state();
  const backend::Binder binder(addresses, state.get());
  state->begin_run();
  for (const backend::Step& step : lowering.steps)
    step.bind(binder)();
  state->end_run();
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    const ir::TensorType& type = graph.type(graph.outputs()[i]);
    outputs.emplace_back(type.dtype, type.shape);
    if (outputs.back().bytes() > 0)
      std::memcpy(outputs.back().raw(), addresses[static_cast<std::size_t>(lowering.outputs[i])],
                  outputs.back().bytes());
  }
  return outputs;
}

}  // namespace fovea::test
