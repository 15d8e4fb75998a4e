#include "backend/onednn/pointwise_program.hpp"

#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "passes/pipeline.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

constexpr VectorFunction kAdd{.kind = VectorFunction::Kind::Binary, .binary = Binary::Add};
constexpr VectorFunction kMul{.kind = VectorFunction::Kind::Binary, .binary = Binary::Mul};
constexpr VectorFunction kSquare{.kind = VectorFunction::Kind::OfFirst, .curve = Curve::Square};

std::vector<float> counting(std::size_t count) {
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; ++i)
    numbers[i] = static_cast<float>(i % 17) - 8;
  return numbers;
}

TEST(PointwiseProgram, runs_steps_over_operands_that_broadcast) {
  // y = (a + row) * column, and the sum is written, too; pieces of 512 elements and a rest.
  const std::int64_t rows = 5, count = 1100;
  const std::vector<float> a = counting(5500), row = counting(1100), column = counting(5);
  std::vector<float> sum(5500), y(5500);
  const PointwiseProgram program(ops::merge_axes({rows, count}, {{count, 1}, {0, 1}, {1, 0}}),
                                 {{kAdd, 0, 1}, {kMul, 3, 2}}, {3, 4});
  program.run({a.data(), row.data(), column.data()}, {sum.data(), y.data()});
  for (std::size_t i = 0; i < 5500; ++i) {
    ASSERT_EQ(sum[i], a[i] + row[i % 1100]);
    ASSERT_EQ(y[i], sum[i] * column[i / 1100]);
  }
}

TEST(PointwiseProgram, gives_curves_operands_that_are_not_dense) {
  const std::vector<float> column = counting(3);
  std::vector<float> y(3 * 40);
  PointwiseProgram(ops::merge_axes({3, 40}, {{1, 0}}), {{kSquare, 0, 0}}, {1})
      .run({column.data()}, {y.data()});
  for (std::size_t i = 0; i < y.size(); ++i)
    ASSERT_EQ(y[i], column[i / 40] * column[i / 40]);
}

TEST(PointwiseProgram, tells_which_operand_a_result_may_overwrite) {
  const PointwiseProgram program(ops::merge_axes({8}, {{1}, {1}}), {{kAdd, 0, 1}, {kMul, 2, 1}}, {2, 3});
  EXPECT_TRUE(program.may_overwrite(0, 0));
  EXPECT_FALSE(program.may_overwrite(1, 0));  // the product reads it after the sum was written
  EXPECT_TRUE(program.may_overwrite(1, 1));
}

ir::Graph parse_graph(const std::string& text) {
  return ir::parse(text, ops::find);
}

Tensor normal(const ir::TensorType& type, unsigned seed) {
  Tensor tensor(DType::F32, type.shape);
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  for (float& value : tensor.data<float>())
    value = distribution(random);
  return tensor;
}

void expect_nearly_equal(const Tensor& found, const Tensor& expected) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
    const double a = found.data<float>()[i], b = expected.data<float>()[i];
    error += (a - b) * (a - b);
    size += b * b;
  }
  EXPECT_LE(std::sqrt(error / size), 2e-6);
}

/// Expressions that exporters write out: activations and normalisations in several nodes.
constexpr const char* kWrittenOut[] = {
    // GELU by Erf
    R"(d = Div(x, root_of_two)
       e = Erf(d)
       o = Add(e, one)
       p = Mul(x, o)
       y = Mul(p, half))",
    // GELU by Tanh
    R"(s = Pow(x, three)
       t = Mul(s, small)
       u = Add(x, t)
       v = Mul(u, half)
       w = Tanh(v)
       z = Add(w, one)
       q = Mul(x, z)
       y = Mul(q, half))",
    // SiLU, and HardSwish by its gate
    R"(s = Sigmoid(x)
       a = Mul(x, s)
       g = HardSigmoid(a) alpha=0.1666666 beta=0.5
       y = Mul(a, g))",
    // LayerNormalization
    R"(m = ReduceMean(x) axes=[3] keep_dims=1
       c = Sub(x, m)
       k = Pow(c, two)
       v = ReduceMean(k) axes=[3] keep_dims=1
       e = Add(v, small)
       r = Sqrt(e)
       n = Div(c, r)
       g = Mul(n, scale)
       y = Add(g, bias))",
    // between convolutions, whose values lie with their channels last
    R"(a = Conv(x, weights) pads=[1,1,1,1]
       s = Sigmoid(a)
       b = Mul(a, s)
       t = Mul(b, per_channel)
       y = Conv(t, weights) pads=[1,1,1,1])",
    // Softplus, Mish and ELU
    R"(s = Softplus(x)
       t = Tanh(s)
       m = Mul(x, t)
       e = Elu(m) alpha=0.7
       y = Sub(e, x))",
};

class WrittenOut : public testing::TestWithParam<const char*> {};

TEST_P(WrittenOut, gives_fused_what_it_gives_node_by_node) {
  const ir::Graph forward = parse_graph(std::string(R"(
      input x f32[2,6,7,9]
      const root_of_two f32[] {1.4142135}
      const one f32[] {1}
      const half f32[] {0.5}
      const two f32[] {2}
      const three f32[] {3}
      const small f32[] {0.044715}
      const scale f32[9] {random 2}
      const bias f32[9] {random 3}
      const per_channel f32[6,1,1] {random 4}
      const weights f32[6,6,3,3] {random 5}
      )") + GetParam() + "\noutput y = y");
  const ir::Graph graph =
      autodiff::differentiate(forward, forward.outputs()[0], forward.inputs()[0], autodiff::gradient_rules())
          .graph;
  passes::Notes notes;
  const ir::Graph fused = passes::run(backend::onednn().passes(), graph, notes);
  EXPECT_TRUE(std::any_of(fused.nodes().begin(), fused.nodes().end(),
                          [](const ir::Node& node) { return node.op->name == "FusedPointwise"; }));
  const std::vector<Tensor> feeds = {normal(graph.type(graph.inputs()[0]), 1),
                                     normal(graph.type(graph.inputs()[1]), 2)};
  const std::vector<Tensor> plain = run_graph(backend::reference(), graph, feeds);
  const std::vector<Tensor> twin = run_graph(backend::reference(), fused, feeds);
  const std::vector<Tensor> fast = run_graph(backend::onednn(), fused, feeds);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    expect_nearly_equal(fast[i], plain[i]);
    expect_nearly_equal(twin[i], plain[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Chains, WrittenOut, testing::ValuesIn(kWrittenOut));

}  // namespace
}  // namespace fovea::test
