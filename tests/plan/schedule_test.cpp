#include "plan/schedule.hpp"

#include "ir/text.hpp"
#include "ops/table.hpp"

#include <gtest/gtest.h>

namespace fovea::plan {
namespace {

std::vector<std::string> names(const ir::Graph& graph, const Schedule& schedule) {
  std::vector<std::string> result;
  for (ir::NodeId node : schedule.order)
    result.push_back(graph.nodes()[static_cast<std::size_t>(node)].name);
  return result;
}

TEST(Schedule, runs_the_forward_part_first) {
  // The backward pass is written between the nodes of the forward pass.
  const ir::Graph graph = ir::parse(R"(
    input x f32[2]
    input seed f32[2]
    a = Exp(x)
    back1 = Mul(seed, a)
    b = Relu(a)
    back2 = Mul(back1, b)
    c = Neg(b)
    output scores = c
    output gradient = back2)",
                                    ops::find);
  const Schedule schedule = make_schedule(graph, {graph.find("c")});
  EXPECT_EQ(names(graph, schedule), (std::vector<std::string>{"a", "b", "c", "back1", "back2"}));
  EXPECT_EQ(schedule.forward, 3U);
}

TEST(Schedule, runs_nodes_that_the_scores_do_not_need_later) {
  const ir::Graph graph =
      ir::parse("input x f32[2]\na = Exp(x)\nb = Log(a)\noutput a = a\noutput b = b", ops::find);
  const Schedule part = make_schedule(graph, {graph.find("a")});
  EXPECT_EQ(part.forward, 1U);
  EXPECT_EQ(part.order.size(), 2U);
  EXPECT_EQ(make_schedule(graph, graph.outputs()).forward, 2U);
}

TEST(Schedule, has_no_forward_part_for_an_input) {
  const ir::Graph graph = ir::parse("input x f32[2]\na = Exp(x)\noutput x = x\noutput a = a", ops::find);
  EXPECT_EQ(make_schedule(graph, {graph.find("x")}).forward, 0U);
}

}  // namespace
}  // namespace fovea::plan
