#include "autodiff/backward.hpp"

#include "ir/text.hpp"
#include "ops/table.hpp"
#include "support/interpreter.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <array>

namespace fovea::test {
namespace {

using autodiff::differentiate;
using autodiff::Differentiated;
using Counts = autodiff::NodeCounts;

std::array<autodiff::RuleSet, 3> rule_sets() {
  return {autodiff::gradient_rules(), autodiff::deconvnet_rules(), autodiff::guided_rules()};
}

/// The gradient of a graph written as text, of its output `target` (the first by default) with respect to
/// `input`.
Differentiated differentiated(const std::string& text, const std::string& input = "x",
                              const std::string& target = {},
                              const autodiff::RuleSet& rules = autodiff::gradient_rules()) {
  const ir::Graph graph = ir::parse(text, ops::find);
  const ir::ValueId y = target.empty() ? graph.outputs().front() : graph.find(target);
  Differentiated result = differentiate(graph, y, graph.find(input), rules);
  ir::verify(result.graph, "differentiate");
  return result;
}

std::int64_t count(const ir::Graph& graph, std::string_view op) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const auto& node) { return node.op->name == op; });
}

TEST(Differentiate, appends_a_seed_and_a_gradient) {
  const Differentiated made = differentiated(R"(
    input x f64[2,3]
    y = Exp(x)
    output scores = y)");
  EXPECT_EQ(made.graph.inputs().back(), made.seed);
  EXPECT_EQ(made.graph.outputs().back(), made.gradient);
  EXPECT_EQ(made.graph.output_names(), (std::vector<std::string>{"scores", "x/gradient"}));
  EXPECT_EQ(made.graph.type(made.seed), (ir::TensorType{DType::F64, {2, 3}}));
  EXPECT_EQ(made.graph.type(made.gradient), (ir::TensorType{DType::F64, {2, 3}}));
}

TEST(Differentiate, adds_up_what_arrives_at_a_value_used_several_times) {
  // y = x*x + 3x + x: dy/dx = 2x + 4.
  const Differentiated made = differentiated(R"(
    input x f64[3]
    const three f64[] {3}
    square = Mul(x, x)
    triple = Mul(x, three)
    sum = Add(square, triple)
    y = Add(sum, x)
    output y = y)");
  const Tensor gradient = interpret(made.graph, {f64({3}, {1, -2, 5}), f64({3}, {1, 1, 10})}).back();
  EXPECT_TRUE(near(gradient, f64({3}, {6, 0, 140}), 0));
}

TEST(Differentiate, keeps_a_shared_relu_one_node_with_one_sum) {
  // Both branches pass the one ReLU, which sees the sum of what they send: 2 - 3 = -1.
  const std::string text = R"(
    input x f64[2]
    const two f64[] {2}
    const minus_three f64[] {-3}
    r = Relu(x)
    a = Mul(r, two)
    b = Mul(r, minus_three)
    y = Add(a, b)
    output y = y)";
  const std::vector<Tensor> feeds = {f64({2}, {4, -4}), f64({2}, {1, -1})};
  const std::array expected = {f64({2}, {-1, 0}), f64({2}, {0, 1}), f64({2}, {0, 0})};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Differentiated made = differentiated(text, "x", {}, rule_sets()[i]);
    EXPECT_TRUE(near(interpret(made.graph, feeds).back(), expected[i], 0)) << rule_sets()[i].name;
    EXPECT_EQ(made.overridden, i == 0 ? Counts() : Counts({{"Relu", 1}}));
  }
}

TEST(Differentiate, counts_the_relus_that_a_rule_acts_on) {
  // `off` is no part of the way from x to y, and LeakyRelu is no ReLU.
  const std::string text = R"(
    input x f64[2]
    a = Relu(x)
    b = LeakyRelu(a) alpha=0.1
    c = Relu(b)
    off = Relu(a)
    const k f64[2] {1 2}
    constant_branch = Relu(k)
    y = Add(c, constant_branch)
    output y = y
    output off = off)";
  EXPECT_EQ(differentiated(text, "x", {}, autodiff::gradient_rules()).overridden, Counts());
  EXPECT_EQ(differentiated(text, "x", {}, autodiff::deconvnet_rules()).overridden, Counts({{"Relu", 2}}));
  EXPECT_EQ(differentiated(text, "x", {}, autodiff::guided_rules()).overridden, Counts({{"Relu", 2}}));
}

TEST(Differentiate, is_the_same_under_every_rule_without_a_relu) {
  const std::string text = R"(
    input x f64[1,2,5,4]
    const w f64[3,2,3,3] {random 1}
    c = Conv(x, w) pads=[1,1,1,1]
    t = Tanh(c)
    p, switches = MaxPool(t) kernel=[2,2] strides=[2,2]
    y = LeakyRelu(p) alpha=0.2
    output y = y)";
  const std::string plain = ir::print(differentiated(text, "x", {}, autodiff::gradient_rules()).graph);
  EXPECT_EQ(ir::print(differentiated(text, "x", {}, autodiff::deconvnet_rules()).graph), plain);
  EXPECT_EQ(ir::print(differentiated(text, "x", {}, autodiff::guided_rules()).graph), plain);
}

TEST(Differentiate, masks_with_relu_by_each_rule) {
  const std::string text = R"(
    input x f64[4]
    y = Relu(x)
    output y = y)";
  const std::vector<Tensor> feeds = {f64({4}, {2, 2, -2, -2}), f64({4}, {3, -3, 3, -3})};
  const std::array expected = {f64({4}, {3, -3, 0, 0}), f64({4}, {3, 0, 3, 0}), f64({4}, {3, 0, 0, 0})};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(
        near(interpret(differentiated(text, "x", {}, rule_sets()[i]).graph, feeds).back(), expected[i], 0))
        << rule_sets()[i].name;
}

/// The gradient by each rule for x = 2, 2, -2, -2, 7 and dy = 3, -3, 3, -3, 3.
void expect_by_rule(const std::string& text, const std::array<Tensor, 3>& expected, const Counts& counts) {
  const std::vector<Tensor> feeds = {f64({5}, {2, 2, -2, -2, 7}), f64({5}, {3, -3, 3, -3, 3})};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Differentiated made = differentiated(text, "x", {}, rule_sets()[i]);
    EXPECT_TRUE(near(interpret(made.graph, feeds).back(), expected[i], 0)) << rule_sets()[i].name << "\n"
                                                                           << text;
    EXPECT_EQ(made.overridden, i == 0 ? Counts() : counts) << text;
  }
}

/// max(x, 0) is a ReLU however it is written, and gives the same map.
TEST(Differentiate, masks_alike_however_a_relu_is_written) {
  const std::array expected = {f64({5}, {3, -3, 0, 0, 3}), f64({5}, {3, 0, 3, 0, 3}),
                               f64({5}, {3, 0, 0, 0, 3})};
  expect_by_rule("input x f64[5]\ny = Relu(x)\noutput y = y", expected, {{"Relu", 1}});
  expect_by_rule("input x f64[5]\ny = Clip(x) min=0\noutput y = y", expected, {{"Clip", 1}});
  expect_by_rule("input x f64[5]\nconst zero f64[] {0}\ny = Max(x, zero)\noutput y = y", expected,
                 {{"Max", 1}});
  expect_by_rule("input x f64[5]\nconst zeros f64[5] {0}\ny = Max(zeros, x)\noutput y = y", expected,
                 {{"Max", 1}});
}

/// Clip(0, 6) is a Relu with an upper bound, where the gradient ends under every rule.
TEST(Differentiate, masks_alike_however_a_relu6_is_written) {
  const std::array expected = {f64({5}, {3, -3, 0, 0, 0}), f64({5}, {3, 0, 3, 0, 0}),
                               f64({5}, {3, 0, 0, 0, 0})};
  expect_by_rule("input x f64[5]\ny = Clip(x) min=0 max=6\noutput y = y", expected, {{"Clip", 1}});
  expect_by_rule("input x f64[5]\nr = Relu(x)\ny = Clip(r) min=0 max=6\noutput y = y", expected,
                 {{"Clip", 1}, {"Relu", 1}});
  expect_by_rule("input x f64[5]\nr = Relu(x)\nconst six f64[] {6}\ny = Min(r, six)\noutput y = y", expected,
                 {{"Relu", 1}});
}

/// At 0 a guided Clip passes as little as a guided Relu, though the Clip's own derivative there is 1.
TEST(Differentiate, guides_at_zero_as_a_relu_does) {
  for (const std::string op : {"Relu(x)", "Clip(x) min=0 max=6", "Max(x, zero)"}) {
    const std::string text = "input x f64[1]\nconst zero f64[] {0}\ny = " + op + "\noutput y = y";
    const auto at_zero = [&](const autodiff::RuleSet& rules) {
      return interpret(differentiated(text, "x", {}, rules).graph, {f64({1}, {0}), f64({1}, {5})}).back();
    };
    EXPECT_TRUE(near(at_zero(autodiff::guided_rules()), f64({1}, {0}), 0)) << op;
    EXPECT_TRUE(near(at_zero(autodiff::deconvnet_rules()), f64({1}, {5}), 0)) << op;
  }
}

/// x * min(max(x + 3, 0), 6) / 6 is HardSwish, in which max(x + 3, 0) is no activation: the rules agree, and
/// give what they give for the operator of that name.
TEST(Differentiate, leaves_the_gate_of_a_hard_swish_alone) {
  const std::string constants = R"(
    input x f64[5]
    const three f64[] {3}
    const six f64[] {6}
    const zero f64[] {0}
    shifted = Add(x, three))";
  const std::string product = R"(
    weighted = Mul(gate, x)
    y = Div(weighted, six)
    output y = y)";
  const std::vector<Tensor> feeds = {f64({5}, {-4, -2, 0, 1, 4}), f64({5}, {6, -6, 6, -6, -6})};
  // (2 x + 3) / 6 between the bounds
  const Tensor expected = f64({5}, {0, 1, 3, -5, -6});
  for (const std::string gate :
       {"gate = Clip(shifted) min=0 max=6", "r = Relu(shifted)\ngate = Clip(r) min=0 max=6",
        "r = Relu(shifted)\ngate = Clip(r) max=6", "r = Relu(shifted)\ngate = Min(r, six)",
        "r = Max(zero, shifted)\ngate = Min(six, r)"})
    for (const autodiff::RuleSet& rules : rule_sets()) {
      const Differentiated made = differentiated(constants + "\n" + gate + product, "x", {}, rules);
      EXPECT_TRUE(near(interpret(made.graph, feeds).back(), expected, 1e-15)) << rules.name << ": " << gate;
      EXPECT_EQ(made.overridden, Counts()) << rules.name << ": " << gate;
    }
  // The bias of a layer is no gate's.
  const Differentiated made = differentiated(constants + "\ny = Clip(shifted) min=0 max=7\noutput y = y", "x",
                                             {}, autodiff::guided_rules());
  EXPECT_EQ(made.overridden, Counts({{"Clip", 1}}));
}

TEST(Differentiate, leaves_other_activations_alone_and_counts_them) {
  const std::string text = R"(
    input x f64[5]
    a = Clip(x) min=-1 max=1
    b = HardSwish(a)
    c = LeakyRelu(b) alpha=0.1
    const wide f64[2,5] {0}
    d = Max(c, wide)
    e = LeakyRelu(d) alpha=0.2
    f = Add(e, x)
    y = Relu(f)
    output y = y)";
  EXPECT_EQ(differentiated(text, "x", {}, autodiff::gradient_rules()).left_alone, Counts());
  for (const autodiff::RuleSet& rules : {autodiff::deconvnet_rules(), autodiff::guided_rules()}) {
    const Differentiated made = differentiated(text, "x", {}, rules);
    EXPECT_EQ(made.overridden, Counts({{"Relu", 1}}));
    EXPECT_EQ(made.left_alone, Counts({{"Clip", 1}, {"HardSwish", 1}, {"LeakyRelu", 2}}));
  }
}

TEST(Differentiate, goes_back_from_a_layer_in_between) {
  const std::string text = R"(
    input x f64[1,1,3,3]
    const w f64[1,1,2,2] {1 2 3 4}
    layer = Conv(x, w)
    r = Relu(layer)
    y = Exp(r)
    output y = y)";
  const Differentiated made = differentiated(text, "x", "layer");
  EXPECT_EQ(made.graph.shape(made.seed), Shape({1, 1, 2, 2}));
  const Tensor seed = f64({1, 1, 2, 2}, {1, 0, 0, 0});
  const Tensor gradient =
      interpret(made.graph, {f64({1, 1, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1}), seed}).back();
  EXPECT_TRUE(near(gradient, f64({1, 1, 3, 3}, {1, 2, 0, 3, 4, 0, 0, 0, 0}), 0));
  EXPECT_EQ(differentiated(text, "x", "layer", autodiff::guided_rules()).overridden, Counts());
}

TEST(Differentiate, gives_the_seed_for_the_input_itself) {
  const Differentiated made = differentiated("input x f64[2]\ny = Exp(x)\noutput y = y", "x", "x");
  EXPECT_EQ(made.gradient, made.seed);
}

TEST(Differentiate, computes_nothing_for_weights_and_other_inputs) {
  const Differentiated made = differentiated(R"(
    input x f64[1,2,4,4]
    input other f64[1,3,2,2]
    const w f64[3,2,3,3] {random 1}
    c = Conv(x, w)
    y = Mul(c, other)
    output y = y)");
  EXPECT_EQ(count(made.graph, "ConvTranspose"), 1);
  EXPECT_EQ(count(made.graph, "Mul"), 2);
  EXPECT_EQ(made.graph.nodes().size(), 4U);
}

TEST(Differentiate, refuses_a_target_that_does_not_depend_on_the_input) {
  const std::string text = R"(
    input x f64[2]
    input other f64[2]
    y = Exp(other)
    index = Equal(x, other)
    output y = y
    output index = index)";
  EXPECT_EQ(message_of<InputError>([&] { differentiated(text); }), "'y' does not depend on the input 'x'");
  // A truth value depends on x, but not smoothly.
  EXPECT_EQ(message_of<InputError>([&] { differentiated(text, "x", "index"); }),
            "'index' does not depend on the input 'x'");
}

TEST(Differentiate, refuses_a_target_that_only_steps_connect_to_the_input) {
  const std::string text = R"(
    input x f64[2]
    y = Floor(x)
    output y = y)";
  EXPECT_EQ(message_of<InputError>([&] { differentiated(text); }), "no gradient flows from 'y' back to 'x'");
}

TEST(Differentiate, lists_all_nodes_without_a_gradient) {
  const std::string text = R"(
    input x f64[2]
    r = Relu(x)
    first = ReluGradient(x, r)
    s = Tanh(first)
    second = TanhGradient(s, first)
    aside = ReluGradient(x, x)
    output y = second
    output aside = aside)";
  EXPECT_EQ(message_of<InputError>([&] { differentiated(text); }),
            "no gradient flows through 'second' (TanhGradient: second derivatives are not computed)");
  const std::string both = R"(
    input x f64[2]
    r = Relu(x)
    first = ReluGradient(x, r)
    second = TanhGradient(x, r)
    y = Add(first, second)
    output y = y)";
  EXPECT_EQ(message_of<InputError>([&] { differentiated(both); }),
            "no gradient flows through 'second' (TanhGradient: second derivatives are not computed), "
            "'first' (ReluGradient: second derivatives are not computed)");
}

}  // namespace
}  // namespace fovea::test
