#include "passes/pass_checks.hpp"

#include "ir/text.hpp"
#include "ops/table.hpp"
#include "support/interpreter.hpp"
#include "support/tensors.hpp"

#include <random>

namespace fovea::test {

ir::Graph parse(const std::string& text) {
  return ir::parse(text, ops::find);
}

ir::Graph made_by(RunPass pass, const ir::Graph& before, passes::Notes* notes) {
  passes::Notes made;
  ir::Graph after = pass(before, made);
  ir::verify(after, "the pass");
  if (notes)
    *notes = made;
  return after;
}

void expect_pass(RunPass pass, const std::string& before, const std::string& after) {
  EXPECT_EQ(ir::print(made_by(pass, parse(before))), ir::print(parse(after)));
}

std::vector<Tensor> random_inputs(const ir::Graph& graph) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  std::vector<Tensor> inputs;
  for (ir::ValueId id : graph.inputs()) {
    Tensor wide(DType::F64, graph.shape(id));
    for (double& value : wide.data<double>())
      value = normal(random);
    inputs.push_back(wide.cast(graph.type(id).dtype));
  }
  return inputs;
}

ir::Graph same_values_after(RunPass pass, const std::string& text) {
  const ir::Graph before = parse(text);
  ir::Graph after = made_by(pass, before);
  EXPECT_EQ(after.output_names(), before.output_names());
  const std::vector<Tensor> inputs = random_inputs(before);
  const auto expected = interpret(before, inputs), found = interpret(after, inputs);
  EXPECT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
    EXPECT_TRUE(near(found[i], expected[i], 1e-12)) << text << "\n" << ir::print(after);
  return after;
}

}  // namespace fovea::test
