#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/backend_problems.hpp"
#include "engine/run_graph.hpp"
#include "grad/problems.hpp"
#include "ir/text.hpp"
#include "ops/conv.hpp"
#include "ops/table.hpp"
#include "support/problem.hpp"
#include "support/tensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <random>
#include <set>

namespace fovea::test {
namespace {

constexpr double kTolerance = 1e-5;

Tensor normal(const Shape& shape, unsigned seed) {
  Tensor tensor(DType::F32, shape);
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  for (float& value : tensor.data<float>())
    value = distribution(random);
  return tensor;
}

Tensor normal(const ir::TensorType& type, unsigned seed) {
  return normal(type.shape, seed).cast(type.dtype);
}

/// A problem as a graph, its operands inputs unless they are constant.
struct Case {
  ir::Graph graph;
  std::vector<Tensor> feeds;  ///< in the order of the graph's inputs
  std::vector<ir::ValueId> x;
  ir::Node node;
};

/// The conversion between an operand or a result of four axes and the problem.
enum class Around {
  Nothing,
  Convolutions,  ///< 1x1, so that oneDNN hands the problem its operands in its own layout and reads the
                 ///< results in it
};

ir::ValueId add_pointwise(ir::Graph& graph, ir::ValueId x, const std::string& name) {
  const std::int64_t channels = graph.shape(x)[1];
  Tensor w = normal({channels, channels, 1, 1}, 17);
  for (float& value : w.data<float>())
    value /= static_cast<float>(channels);
  for (std::int64_t c = 0; c < channels; ++c)
    w.data<float>()[static_cast<std::size_t>(c * channels + c)] += 1;
  return graph.add(ops::conv(), ops::ConvAttributes{}, {x, graph.add_constant(name + "/w", w)}, name);
}

Case make_case(const std::string& text, Around around) {
  const Problem problem = parse_problem(text);
  const std::vector<Tensor> values = problem.values(DType::F32);
  Case made;
  std::vector<ir::ValueId> inputs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) {
      made.x.push_back(ir::kNoValue);
      inputs.push_back(ir::kNoValue);
    } else if (problem.operands[i].constant) {
      made.x.push_back(ir::kNoValue);
      inputs.push_back(made.graph.add_constant(problem.operands[i].name, values[i]));
    } else {
      made.x.push_back(
          made.graph.add_input(problem.operands[i].name, {values[i].dtype(), values[i].shape()}));
      made.feeds.push_back(values[i]);
      const bool wrap =
          around == Around::Convolutions && values[i].shape().rank() == 4 && values[i].dtype() == DType::F32;
      inputs.push_back(wrap ? add_pointwise(made.graph, made.x.back(), "before_" + problem.operands[i].name)
                            : made.x.back());
    }
  }
  made.node = made.graph.add_node(*problem.op, problem.attributes, inputs, "node");
  for (ir::ValueId y : made.node.outputs) {
    const ir::TensorType type = made.graph.type(y);
    const bool wrap = around == Around::Convolutions && type.shape.rank() == 4 && type.dtype == DType::F32;
    if (wrap || is_floating(type.dtype))
      made.graph.add_output(wrap ? add_pointwise(made.graph, y, "after_" + made.graph.value(y).name) : y);
  }
  return made;
}

/// Relative error over all elements, since single ones may cancel; what is not finite must be the same.
testing::AssertionResult agree(const Tensor& found, const Tensor& expected) {
  if (found.dtype() != expected.dtype() || found.shape() != expected.shape())
    return testing::AssertionFailure() << "another type or shape";
  const Tensor a = found.cast(DType::F64), b = expected.cast(DType::F64);
  double error = 0, size = 0;
  for (std::size_t i = 0; i < a.data<double>().size(); ++i) {
    const double x = a.data<double>()[i], y = b.data<double>()[i];
    if (x == y || (std::isnan(x) && std::isnan(y)))
      continue;
    error += (x - y) * (x - y);
    size += y * y;
  }
  if (error <= kTolerance * kTolerance * size)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "relative error " << std::sqrt(error / size) << "\nfound    "
                                     << to_text(found) << "\nexpected " << to_text(expected);
}

testing::AssertionResult backends_agree(const ir::Graph& graph, const std::vector<Tensor>& feeds) {
  const std::vector<Tensor> plain = run_graph(backend::reference(), graph, feeds);
  const std::vector<Tensor> fast = run_graph(backend::onednn(), graph, feeds);
  for (std::size_t i = 0; i < plain.size(); ++i)
    if (auto same = agree(fast[i], plain[i]); !same)
      return testing::AssertionFailure() << "output '" << graph.output_names()[i] << "': " << same.message();
  return testing::AssertionSuccess();
}

/// The problem itself, then the backward pass from every floating output to every operand that a gradient
/// flows to.
void expect_agreement(const std::string& text, Around around) {
  const Case made = make_case(text, around);
  EXPECT_TRUE(backends_agree(made.graph, made.feeds)) << text << ", forward";
  const std::vector<ir::ValueId> outputs = made.graph.outputs();
  for (std::size_t i = 0; i < made.x.size(); ++i)
    for (ir::ValueId y : outputs) {
      if (made.x[i] == ir::kNoValue || !is_floating(made.graph.type(made.x[i]).dtype))
        continue;
      ir::Graph graph;
      try {
        graph = autodiff::differentiate(made.graph, y, made.x[i], autodiff::gradient_rules()).graph;
      } catch (const InputError&) {
        continue;  // a step function: no gradient flows
      }
      std::vector<Tensor> feeds = made.feeds;
      feeds.push_back(normal(made.graph.type(y), 23));
      EXPECT_TRUE(backends_agree(graph, feeds)) << text << ", gradient for operand " << i;
    }
}

class BackendProblem : public testing::TestWithParam<const char*> {};

TEST_P(BackendProblem, gives_the_same_on_onednn) {
  expect_agreement(GetParam(), Around::Nothing);
}

TEST_P(BackendProblem, gives_the_same_on_onednn_between_convolutions) {
  expect_agreement(GetParam(), Around::Convolutions);
}

INSTANTIATE_TEST_SUITE_P(problems, BackendProblem, testing::ValuesIn(kProblems));

std::string with_channels(std::string text, std::int64_t channels) {
  const std::pair<const char*, std::int64_t> parts[] = {
      {"%C", channels}, {"%D", 20 * channels}, {"%H", 8}, {"%R", channels - 8}};
  for (const auto& [mark, count] : parts)
    for (std::size_t at; (at = text.find(mark)) != std::string::npos;)
      text.replace(at, 2, std::to_string(count));
  return text;
}

class BackendChannels : public testing::TestWithParam<const char*> {};

TEST_P(BackendChannels, give_the_same_on_onednn) {
  for (std::int64_t channels : {16, 17, 32, 48})
    expect_agreement(with_channels(GetParam(), channels), Around::Convolutions);
  expect_agreement(with_channels(GetParam(), 17), Around::Nothing);
}

INSTANTIATE_TEST_SUITE_P(LongRows, BackendProblem, testing::ValuesIn(kLongProblems));
INSTANTIATE_TEST_SUITE_P(problems, BackendChannels, testing::ValuesIn(kChannelProblems));

TEST(OneDnn, keeps_nan_in_single_functions) {
  for (const char* line : {"Relu(x)",
                           "Clip(x) min=-1 max=1",
                           "LeakyRelu(x) alpha=0",
                           "LeakyRelu(x) alpha=0.5",
                           "Exp(x)",
                           "Log(x)",
                           "Abs(x)",
                           "Sqrt(x)",
                           "Sigmoid(x)",
                           "Tanh(x)",
                           "HardSwish(x)",
                           "Elu(x) alpha=1",
                           "Softplus(x)",
                           "Neg(x)",
                           "HardSigmoid(x)",
                           "Erf(x)",
                           "Round(x)",
                           "Floor(x)",
                           "Ceil(x)",
                           "CumSum(x) axis=1"}) {
    const ir::Graph graph = ir::parse(fmt::format("input x f32[2,3]\ny = {}\noutput y = y", line), ops::find);
    Tensor x = normal(graph.type(graph.inputs()[0]), 1);
    x.data<float>()[4] = std::nanf("");
    EXPECT_TRUE(std::isnan(run_graph(backend::onednn(), graph, {x})[0].data<float>()[4])) << line;
  }
}

TEST(OneDnn, makes_truth_values_and_chooses_by_them) {
  const ir::Graph graph = ir::parse(R"(
    input a f32[3,4,900]
    input b f32[3,4,900]
    const row f32[900] {random 3}
    const column f32[4,1] {random 4}
    const half f32[] {0.5}
    g = Greater(a, b)
    h = GreaterOrEqual(a, row)
    l = Less(a, column)
    m = LessOrEqual(half, b)
    e = Equal(a, a)
    n = Not(l)
    o = Or(g, n)
    p = And(o, h)
    f = Cast(p) to=f32
    w = Where(p, a, half)
    v = Where(m, row, b)
    u = Where(h, column, row)
    t = Where(e, f, w)
    output f = f
    output w = w
    output v = v
    output u = u
    output t = t
    output n = n)",
                                    ops::find);
  EXPECT_TRUE(backends_agree(graph, {normal(Shape({3, 4, 900}), 1), normal(Shape({3, 4, 900}), 2)}));
  for (const ir::Node& node : graph.nodes())
    EXPECT_TRUE(backend::onednn().supports(graph, node)) << node.op->name;
}

TEST(OneDnn, finds_a_nan_the_largest_of_rows_and_columns) {
  for (const int axis : {0, 1}) {
    const ir::Graph graph = ir::parse(
        fmt::format("input x f32[40,50]\ny = ReduceMax(x) axes=[{}] keep_dims=0\noutput y = y", axis),
        ops::find);
    Tensor x = normal(graph.type(graph.inputs()[0]), 1);
    x.data<float>()[7 * 50 + 9] = std::nanf("");
    const Tensor y = run_graph(backend::onednn(), graph, {x})[0];
    for (std::int64_t i = 0; i < y.elements(); ++i)
      EXPECT_EQ(std::isnan(y.data<float>()[static_cast<std::size_t>(i)]), i == (axis == 0 ? 9 : 7)) << i;
  }
}

/// The graphs of every problem: forward, and back to each operand.
std::vector<ir::Graph> graphs_of(const std::string& text) {
  const Case made = make_case(text, Around::Nothing);
  std::vector<ir::Graph> graphs = {made.graph};
  for (ir::ValueId x : made.x)
    for (ir::ValueId y : made.graph.outputs())
      if (x != ir::kNoValue && is_floating(made.graph.type(x).dtype))
        try {
          graphs.push_back(autodiff::differentiate(made.graph, y, x, autodiff::gradient_rules()).graph);
        } catch (const InputError&) {
        }
  return graphs;
}

TEST(OneDnn, lowers_these_operators) {
  std::set<std::string> lowered;
  for (const char* text : kProblems)
    for (const ir::Graph& graph : graphs_of(text))
      for (const ir::Node& node : graph.nodes())
        if (backend::onednn().supports(graph, node))
          lowered.emplace(node.op->name);
  const char* expected =
      "Abs AbsGradient Add AveragePool AveragePoolGradient BatchNormalization "
      "BatchNormalizationGradient Ceil Clip ClipGradient Concat Conv ConvTranspose CumSum Div Elu "
      "EluGradient Erf ErfGradient Exp Expand Floor Gather GatherGradient Gemm GlobalAveragePool "
      "GlobalAveragePoolGradient HardSigmoid HardSigmoidGradient HardSwish HardSwishGradient LRN "
      "LRNGradient LayerNormalization LayerNormalizationGradient LeakyRelu LeakyReluGradient Log "
      "LogSoftmax LogSoftmaxGradient MatMul Max MaxGradient MaxPool MaxPoolGradient Min MinGradient "
      "Mul Neg PRelu PReluGradient Pad PadGradient Pow PowBaseDerivative Reciprocal "
      "ReciprocalGradient ReduceMax ReduceMaxGradient ReduceMean ReduceSum Relu ReluGradient Reshape "
      "Round Sigmoid SigmoidGradient Slice SliceGradient Softmax SoftmaxGradient Softplus "
      "SoftplusGradient Split Sqrt SqrtGradient Sub Tanh TanhGradient Transpose Where";
  EXPECT_EQ(fmt::format("{}", fmt::join(lowered, " ")), expected);
}

/// Problems whose own operator is lowered in general but not here.
TEST(OneDnn, leaves_these_problems_to_the_reference_kernels) {
  std::set<std::string> lowered, left;
  for (const char* text : kProblems) {
    const Case made = make_case(text, Around::Nothing);
    if (backend::onednn().supports(made.graph, made.node))
      lowered.emplace(made.node.op->name);
  }
  for (const char* text : kProblems) {
    const Case made = make_case(text, Around::Nothing);
    if (lowered.contains(std::string(made.node.op->name)) &&
        !backend::onednn().supports(made.graph, made.node))
      left.emplace(text);
  }
  const std::set<std::string> expected = {
      // the first operand has no axis
      "Add a=scalar b=2x3", "Div a=scalar b=2x3",
      // a bias
      "ConvTranspose x=2x3x5x4 w=3x2x4x3:const b=2:const strides=2,3 pads=1,0,1,1 output_padding=1,2",
      // indices that only a run knows
      "Gather x=2x3x5 indices=scalar:index5 axis=2", "Gather x=2x7x3 indices=2x3:index7 axis=1",
      "Gather x=5x3 indices=4:index5 axis=0",
      // an exponent for each element
      "Pow a=2x3x5:positive b=2x3x5", "Pow a=3x1:positive b=2x1x5",
      // factors, or a C that is no row
      "Gemm a=3x5 b=4x5 c=4 trans_b=1 alpha=0.5 beta=3",
      "Gemm a=5x3 b=4x5 c=scalar trans_a=1 trans_b=1 alpha=2", "Gemm a=5x3 b=5x4 c=3x1 trans_a=1 beta=0.25",
      // no picture
      "GlobalAveragePool x=2x3x7",
      // a result without an axis
      "MatMul a=5 b=5"};
  EXPECT_EQ(fmt::format("{}", fmt::join(left, "\n")), fmt::format("{}", fmt::join(expected, "\n")));
}

TEST(Reference, supports_everything) {
  for (const char* text : kProblems) {
    const Case made = make_case(text, Around::Nothing);
    EXPECT_TRUE(backend::reference().supports(made.graph, made.node)) << text;
  }
}

/// The whole plane is one window of equal values: the first wins, and all of the gradient goes to it.
TEST(OneDnn, gives_a_tie_to_the_first_maximum) {
  for (std::int64_t channels : {1, 3, 16, 17, 32})
    for (Around around : {Around::Nothing, Around::Convolutions}) {
      Case made = make_case(fmt::format("MaxPool x=2x{}x4x6 kernel=2,3 strides=2,3", channels), around);
      for (float& value : made.feeds[0].data<float>())
        value = 1;
      const ir::Graph graph =
          autodiff::differentiate(made.graph, made.graph.outputs()[0], made.x[0], autodiff::gradient_rules())
              .graph;
      made.feeds.push_back(normal(graph.type(graph.inputs().back()), 5));
      const Tensor gradient = run_graph(backend::onednn(), graph, made.feeds).back();
      for (std::int64_t i = 0; i < gradient.elements(); ++i) {
        const bool first = i % 6 % 3 == 0 && i / 6 % 4 % 2 == 0;
        EXPECT_EQ(gradient.data<float>()[static_cast<std::size_t>(i)] != 0, first)
            << channels << " channels, element " << i;
      }
    }
}

}  // namespace
}  // namespace fovea::test
