#include "autodiff/backward.hpp"
#include "ops/table.hpp"
#include "support/interpreter.hpp"
#include "support/problem.hpp"
#include "support/tensors.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

struct Case {
  nlohmann::json json;
  std::string problem() const { return json["problem"].get<std::string>(); }
};

void PrintTo(const Case& row, std::ostream* out) {
  *out << row.problem();
}

/// Values and gradients of single operators by PyTorch in float64 (tests/data/operators/README.md): an
/// authority that shares nothing with our kernels.
std::vector<Case> cases() {
  std::vector<Case> all;
  std::ifstream file(FOVEA_TEST_DATA "/operators/cases.jsonl");
  for (std::string line; std::getline(file, line);)
    all.push_back({nlohmann::json::parse(line)});
  return all;
}

Tensor doubles(const Shape& shape, const nlohmann::json& values) {
  const auto list = values.get<std::vector<double>>();
  EXPECT_EQ(static_cast<std::int64_t>(list.size()), shape.elements());
  return Tensor::from<double>(shape, list);
}

class ReferenceCase : public testing::TestWithParam<Case> {};

TEST_P(ReferenceCase, agrees_with_pytorch) {
  const nlohmann::json& expected = GetParam().json;
  SCOPED_TRACE(GetParam().problem());
  const Problem problem = parse_problem(GetParam().problem());
  ir::Graph graph;
  std::vector<ir::ValueId> operands;
  ir::ValueId x = ir::kNoValue;
  std::vector<Tensor> feeds;
  for (const auto& [name, value, constant] : problem.operands) {
    if (value.empty()) {
      operands.push_back(ir::kNoValue);
      continue;
    }
    const Tensor given = doubles(value.shape(), expected["inputs"][name]).cast(value.dtype());
    if (name == "x") {
      x = graph.add_input(name, {given.dtype(), given.shape()});
      feeds.push_back(given);
    }
    operands.push_back(name == "x" ? x : graph.add_constant(name, given));
  }
  ASSERT_NE(x, ir::kNoValue);
  const ir::ValueId y = graph.add_node(*problem.op, problem.attributes, operands, "y").outputs.front();
  graph.add_output(y);
  const autodiff::Differentiated both = autodiff::differentiate(graph, y, x, autodiff::gradient_rules());
  const Shape shape(expected["shape"].get<std::vector<std::int64_t>>());
  feeds.push_back(doubles(shape, expected["dy"]));
  const std::vector<Tensor> found = interpret(both.graph, feeds);
  EXPECT_TRUE(near(found[0], doubles(shape, expected["output"]), 1e-9));
  EXPECT_TRUE(near(found[1], doubles(feeds[0].shape(), expected["dx"]), 1e-9));
}

INSTANTIATE_TEST_SUITE_P(pytorch, ReferenceCase, testing::ValuesIn(cases()), [](const auto& row) {
  const std::string problem = row.param.problem();
  return problem.substr(0, problem.find(' ')) + std::to_string(row.index);
});

TEST(ReferenceCases, are_there) {
  EXPECT_GE(cases().size(), 70U);
}

}  // namespace
}  // namespace fovea::test
