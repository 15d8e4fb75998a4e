#include "passes/fuse_pointwise.hpp"

#include "ops/fused_pointwise.hpp"
#include "passes/pass_checks.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace fovea::test {
namespace {

/// As a backend with kernels for Add, Mul, Sub, Sigmoid, Tanh and Exp would do.
bool is_fusable(const ir::Graph&, const ir::Node& node) {
  for (const char* name : {"Add", "Mul", "Sub", "Sigmoid", "Tanh", "Exp"})
    if (node.op->name == name)
      return true;
  return false;
}

ir::Graph fuse(const ir::Graph& graph, passes::Notes&) {
  return passes::fuse_pointwise(graph, is_fusable);
}

TEST(FusePointwise, makes_one_node_of_a_chain_and_keeps_the_values_that_others_read) {
  expect_pass(fuse, R"(
    input x f64[2,3]
    const c f64[3] {1 2 3}
    s = Sigmoid(x)
    y = Mul(x, s)
    z = Add(y, c)
    r = Relu(z)
    t = Relu(s)
    output r = r
    output t = t)",
              R"(
    input x f64[2,3]
    const c f64[3] {1 2 3}
    s, z = FusedPointwise(x, c) steps=Sigmoid(0);Mul(0,2);Add(3,1) results=[2,4]
    r = Relu(z)
    t = Relu(s)
    output r = r
    output t = t)");
}

TEST(FusePointwise, leaves_single_nodes_and_other_shapes_alone) {
  const char* text = R"(
    input x f64[2,3]
    const c f64[1,3] {1 2 3}
    a = Exp(c)
    y = Mul(x, a)
    output y = y)";
  expect_pass(fuse, text, text);
}

TEST(FusePointwise, lets_no_node_depend_on_itself) {
  // The sum reads the chain's first value through a node that is not fused.
  const ir::Graph fused = same_values_after(fuse, R"(
    input x f64[2,3]
    a = Exp(x)
    b = Relu(a)
    c = Add(a, b)
    d = Mul(c, x)
    output d = d)");
  EXPECT_EQ(fused.nodes().size(), 3U);
}

TEST(FusePointwise, lets_two_chains_not_wait_for_each_other) {
  // p1 and p2, q1 and q2 could be joined alone, but not both pairs: each would need the other's second value.
  const ir::Graph fused = same_values_after(fuse, R"(
    input x f64[2,3]
    p1 = Exp(x)
    q1 = Tanh(x)
    a = Relu(p1)
    b = Relu(q1)
    p2 = Add(p1, b)
    q2 = Add(q1, a)
    output p2 = p2
    output q2 = q2)");
  EXPECT_GE(fused.nodes().size(), 5U);
}

TEST(FusePointwise, keeps_what_only_the_gradient_needs_out_of_the_forward_pass) {
  const ir::Graph fused = same_values_after(fuse, R"(
    input x f64[2,3]
    input dy f64[2,3]
    s = Sigmoid(x)
    y = Mul(x, s)
    slope = Sub(s, x)
    g = Mul(slope, y)
    dx = Mul(dy, g)
    output y = y
    output dx = dx)");
  ASSERT_EQ(fused.nodes().size(), 2U);
  EXPECT_EQ(fused.nodes()[0].attributes.as<ops::FusedPointwiseAttributes>().steps.size(), 2U);
}

/// A random graph of operators that are fused and others that are not, over values that broadcast.
std::string random_graph(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return random() % n; };
  std::string text = "input x f64[2,3,4]\ninput row f64[4]\ninput column f64[3,1]\nconst two f64[] {2}\n";
  std::vector<std::string> whole = {"x"}, parts = {"row", "column", "two"};
  for (int i = 0; i < 40; ++i) {
    // The later values are read more often.
    const std::string a = whole[whole.size() - 1 - below(std::min<std::size_t>(whole.size(), 5))];
    const std::string b = below(3) == 0 ? parts[below(parts.size())] : whole[below(whole.size())];
    const std::string name = fmt::format("v{}", i);
    switch (below(7)) {
    case 0:
      text += fmt::format("{} = Sigmoid({})\n", name, a);
      break;
    case 1:
      text += fmt::format("{} = Tanh({})\n", name, a);
      break;
    case 2:
      text += fmt::format("{} = Relu({})\n", name, a);
      break;
    case 3:
      text += fmt::format("{} = Softmax({}) axis=2\n", name, a);
      break;
    case 4:
      text += fmt::format("{} = Sub({}, {})\n", name, b, a);
      break;
    case 5:
      text += fmt::format("{} = Mul({}, {})\n", name, a, b);
      break;
    default:
      text += fmt::format("{} = Add({}, {})\n", name, a, b);
    }
    whole.push_back(name);
  }
  for (const std::size_t i : {10, 25, 39})
    text += fmt::format("output o{} = v{}\n", i, i);
  return text;
}

TEST(FusePointwise, changes_no_number_of_random_graphs) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const std::string text = random_graph(seed);
    SCOPED_TRACE(text);
    const std::size_t before = parse(text).nodes().size();
    EXPECT_LT(same_values_after(fuse, text).nodes().size(), before);
  }
}

}  // namespace
}  // namespace fovea::test
