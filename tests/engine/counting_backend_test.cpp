#include "backend/lowering_builder.hpp"
#include "backend/reference/reference.hpp"
#include "engine/compile.hpp"
#include "passes/drop_dead.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

/// The backend that docs/adding-a-backend.md writes, as small as one can be: reference kernels on memory of
/// its own, and everything that the engine asks of it is counted.
namespace fovea::test {
namespace {

struct Counts {
  int passes = 0, lowered = 0, runs = 0, steps = 0, taken = 0;
  std::size_t bytes_in = 0, bytes_out = 0;
};
Counts counts;

std::string in_single_precision(Precision precision) {
  return precision == Precision::F32 ? "" : "the counting backend computes in float32 only";
}

ir::Graph counted_drop_dead(const ir::Graph& graph, passes::Notes& notes) {
  ++counts.passes;
  return passes::drop_dead(graph, notes);
}

std::span<const passes::Pass> own_passes() {
  static constexpr std::array list = {passes::Pass{"counted_drop_dead", counted_drop_dead}};
  return list;
}

std::shared_ptr<void> take(std::size_t bytes) {
  ++counts.taken;
  const auto memory = std::make_shared<std::vector<float>>(bytes / sizeof(float) + 1, -1.0F);
  return {memory, memory->data()};
}

void copy_in(void* to, const void* from, std::size_t bytes) {
  counts.bytes_in += bytes;
  std::memcpy(to, from, bytes);
}

void copy_out(void* to, const void* from, std::size_t bytes) {
  counts.bytes_out += bytes;
  std::memcpy(to, from, bytes);
}

class CountingState final : public backend::SessionState {
public:
  void begin_run() override { ++counts.runs; }
};

bool supports_all(const ir::Graph&, const ir::Node&) {
  return true;
}

std::variant<backend::Lowering, backend::Refusal>
lower(const ir::Graph& graph, const plan::Schedule& schedule, const backend::LowerOptions&) {
  backend::LoweringBuilder builder(graph);
  builder.lowering().make_state = [] { return std::make_unique<CountingState>(); };
  backend::Lowering lowering = builder.lower_to_reference(schedule);
  counts.lowered += static_cast<int>(schedule.order.size());
  for (backend::Step& step : lowering.steps)
    step.bind = [bind = step.bind](const backend::Binder& binder) -> std::function<void()> {
      return [run = bind(binder)] {
        ++counts.steps;
        run();
      };
    };
  return lowering;
}

const backend::Backend& counting() {
  static const backend::Backend backend{.name = "counting",
                                        .kind = {},
                                        .why_not = in_single_precision,
                                        .passes = own_passes,
                                        .memory = {.take = take, .copy_in = copy_in, .copy_out = copy_out},
                                        .supports = supports_all,
                                        .lower = lower};
  return backend;
}

std::variant<backend::Lowering, backend::Refusal> refuse(const ir::Graph&, const plan::Schedule&,
                                                         const backend::LowerOptions&) {
  return backend::Refusal{"node 'x' (Conv): out of order"};
}

Model toy() {
  return Model::load(FOVEA_TEST_DATA "/networks/residual.onnx");
}

struct Result {
  Tensor scores, gradient;
};

Result run(const backend::Backend& backend, const Model& model) {
  const std::array backends = {&backend};
  Session session(compile_on(backends, model, {}));
  const std::span<float> picture = session.input().data<float>();
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = std::sin(static_cast<float>(i));
  session.forward();
  session.seed_classes(std::array<std::int64_t, 1>{1});
  session.backward();
  return {session.output().clone(), session.gradient().clone()};
}

TEST(CountingBackend, gives_exactly_what_the_reference_kernels_give) {
  const Model model = toy();
  counts = {};
  const Result expected = run(backend::reference(), model), found = run(counting(), model);
  EXPECT_TRUE(near(found.scores, expected.scores, 0)) << to_text(found.scores);
  EXPECT_TRUE(near(found.gradient, expected.gradient, 0));
}

TEST(CountingBackend, is_asked_for_all_that_its_descriptor_has) {
  const Model model = toy();
  counts = {};
  const Result found = run(counting(), model);
  EXPECT_EQ(counts.passes, 1);
  EXPECT_EQ(counts.runs, 2);  // forward and backward
  EXPECT_GT(counts.lowered, 0);
  EXPECT_GT(counts.steps, 0);
  EXPECT_LE(counts.steps, counts.lowered + 2);  // a Reshape takes no step, an output may take a copy
  // The picture, the seed and every weight that a step reads go in; scores and gradient come out.
  EXPECT_GT(counts.taken, 5);
  EXPECT_GE(counts.bytes_in, found.gradient.bytes() + found.scores.bytes());
  EXPECT_EQ(counts.bytes_out, found.gradient.bytes() + found.scores.bytes());
}

TEST(CountingBackend, takes_over_with_a_note_where_another_backend_refuses) {
  backend::Backend refusing = counting();
  refusing.lower = refuse;
  const std::array backends = {const_cast<const backend::Backend*>(&refusing), &counting()};
  const auto program = compile_on(backends, toy(), {});
  ASSERT_FALSE(program->report().notes.empty());
  EXPECT_EQ(program->report().notes.back(),
            (Note{NoteKind::ReferenceKernels, {}, {"node 'x' (Conv): out of order"}}));
  const std::array alone = {const_cast<const backend::Backend*>(&refusing)};
  EXPECT_THROW(compile_on(alone, toy(), {}), ModelError);
}

}  // namespace
}  // namespace fovea::test
