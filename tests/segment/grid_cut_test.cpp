#include "segment/grid_cut.hpp"

#include "fovea/error.hpp"
#include "segment/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>

namespace fovea::test {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Graph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::property<boost::vertex_index_t, long>,
    boost::property<boost::edge_capacity_t, std::int64_t,
                    boost::property<boost::edge_residual_capacity_t, std::int64_t,
                                    boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

/// The flow network for Boost; infinite edges become `infinite`.
std::int64_t boost_flow(const GridProblem& problem, std::int64_t infinite) {
  const std::int64_t pixels = problem.width * problem.height;
  Graph graph(static_cast<std::size_t>(pixels + 2));
  auto capacity = get(boost::edge_capacity, graph);
  auto reverse = get(boost::edge_reverse, graph);
  const auto wide = [&](std::int32_t c) { return c == kInfiniteCapacity ? infinite : c; };
  // An edge and its empty reverse, as Boost's own check of its result supposes.
  const auto add = [&](std::int64_t a, std::int64_t b, std::int64_t forward) {
    const auto there = boost::add_edge(static_cast<std::size_t>(a), static_cast<std::size_t>(b), graph).first;
    const auto back = boost::add_edge(static_cast<std::size_t>(b), static_cast<std::size_t>(a), graph).first;
    capacity[there] = forward;
    capacity[back] = 0;
    reverse[there] = back;
    reverse[back] = there;
  };
  for (std::int64_t p = 0; p < pixels; ++p) {
    add(pixels, p, wide(problem.source[static_cast<std::size_t>(p)]));
    add(p, pixels + 1, wide(problem.sink[static_cast<std::size_t>(p)]));
    for (std::size_t e = 0; e < 4; ++e) {
      const std::int64_t x = p % problem.width + kGridSteps[e][0];
      const std::int64_t y = p / problem.width + kGridSteps[e][1];
      if (problem.forward[e].empty() || x < 0 || x >= problem.width || y >= problem.height)
        continue;
      const auto& backward = problem.backward[e].empty() ? problem.forward[e] : problem.backward[e];
      add(p, y * problem.width + x, wide(problem.forward[e][static_cast<std::size_t>(p)]));
      add(y * problem.width + x, p, wide(backward[static_cast<std::size_t>(p)]));
    }
  }
  return boost::push_relabel_max_flow(graph, static_cast<std::size_t>(pixels),
                                      static_cast<std::size_t>(pixels + 1));
}

/// Capacities below `bound`, so that small bounds bring ties and zeros.
std::vector<std::int32_t> capacities(std::size_t size, std::int64_t bound, Dice& dice) {
  std::vector<std::int32_t> values(size);
  for (std::int32_t& value : values)
    value = static_cast<std::int32_t>(dice(3) == 0 ? 0 : dice(bound));
  return values;
}

GridProblem random_problem(std::int64_t width, std::int64_t height, std::int64_t bound, Dice& dice) {
  GridProblem problem{width, height, {}, {}, {}, {}};
  const auto size = static_cast<std::size_t>(width * height);
  problem.source = capacities(size, bound, dice);
  problem.sink = capacities(size, bound, dice);
  const std::size_t edges = dice(2) ? 4 : 2;
  const bool directed = dice(2) != 0;
  for (std::size_t e = 0; e < edges; ++e) {
    problem.forward[e] = capacities(size, bound, dice);
    if (directed)
      problem.backward[e] = capacities(size, bound, dice);
  }
  return problem;
}

TEST(GridCut, EqualsAnIndependentSolverOnThousandsOfGrids) {
  Dice dice(7);
  const std::int64_t bounds[] = {2, 4, 50, 1000000, kMaxCapacity};
  for (int trial = 0; trial < 4000; ++trial) {
    const bool line = dice(8) == 0;
    const std::int64_t width = line ? 1 + dice(30) : 1 + dice(9);
    const std::int64_t height = line ? 1 : 1 + dice(9);
    const GridProblem problem = random_problem(width, height, bounds[dice(5)], dice);
    SCOPED_TRACE(testing::Message() << "trial " << trial << ": " << width << " x " << height);
    const GridCut cut = solve_grid_cut(problem);
    ASSERT_EQ(cut.flow, boost_flow(problem, 0));
    ASSERT_EQ(cut_cost(problem, cut.source_side), cut.flow);
  }
}

TEST(GridCut, EqualsAnIndependentSolverOnLargerGrids) {
  Dice dice(8);
  for (int trial = 0; trial < 20; ++trial) {
    const GridProblem problem = random_problem(41 + dice(20), 37 + dice(20), 4 + dice(100000), dice);
    const GridCut cut = solve_grid_cut(problem);
    ASSERT_EQ(cut.flow, boost_flow(problem, 0));
    ASSERT_EQ(cut_cost(problem, cut.source_side), cut.flow);
  }
}

/// A flow that goes on gives the cut of a flow from nothing, pixel by pixel, however the terminals change.
TEST(GridFlow, GoesOnToTheCutOfAFlowFromNothing) {
  Dice dice(11);
  int went_on = 0;
  for (int trial = 0; trial < 600; ++trial) {
    GridProblem problem = random_problem(1 + dice(12), 1 + dice(12), 2 + dice(trial % 2 ? 6 : 100000), dice);
    const bool is_infinite = dice(3) == 0;
    if (is_infinite)
      for (std::int32_t& value : problem.forward[0])
        value = dice(5) == 0 ? kInfiniteCapacity : value;
    GridFlow flow(problem);
    for (int turn = 0; turn < 6; ++turn) {
      SCOPED_TRACE(testing::Message() << "trial " << trial << ", turn " << turn);
      const GridCut expected = solve_grid_cut(problem);
      const GridCut cut = flow.cut();
      ASSERT_EQ(cut.flow, expected.flow);
      ASSERT_EQ(cut.source_side, expected.source_side);
      // Some pixels change, or all, by a little or altogether.
      const std::int64_t one_in = 1 + dice(8), bound = 2 + dice(turn % 2 ? 50 : 100000);
      for (auto* list : {&problem.source, &problem.sink})
        for (std::int32_t& value : *list)
          value = dice(one_in) == 0 ? static_cast<std::int32_t>(dice(bound)) : value;
      ASSERT_TRUE(flow.set_terminals(problem.source, problem.sink));
      ++went_on;
    }
  }
  EXPECT_EQ(went_on, 3600);
}

TEST(GridFlow, SaysWhereItCannotGoOn) {
  GridProblem problem{2, 1, {kInfiniteCapacity, 0}, {0, 5}, {}, {}};
  problem.forward[0] = {3, 0};
  GridFlow flow(problem);
  EXPECT_EQ(flow.cut().flow, 3);
  EXPECT_FALSE(flow.set_terminals({4, 0}, {0, 5})) << "another pixel is infinite";
  EXPECT_TRUE(flow.set_terminals({kInfiniteCapacity, 0}, {0, 2}));
  EXPECT_EQ(flow.cut().flow, 2);
  EXPECT_THROW(flow.set_terminals({kInfiniteCapacity}, {0, 2}), InputError);
  EXPECT_THROW(flow.set_terminals({kInfiniteCapacity, -1}, {0, 2}), InputError);
}

TEST(GridCut, ObeysInfiniteEdges) {
  Dice dice(9);
  int contradictions = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    GridProblem problem = random_problem(1 + dice(7), 1 + dice(7), 2 + dice(1000), dice);
    for (auto* list : {&problem.source, &problem.sink})
      if (dice(3) == 0)
        (*list)[static_cast<std::size_t>(dice(static_cast<std::int64_t>(list->size())))] = kInfiniteCapacity;
    for (auto& list : problem.forward)
      for (std::int32_t& value : list)
        value = dice(4) == 0 ? kInfiniteCapacity : value;
    constexpr std::int64_t infinite = 100000000;
    const std::int64_t expected = boost_flow(problem, infinite);
    if (expected >= infinite) {
      ++contradictions;
      ASSERT_THROW(solve_grid_cut(problem), InputError);
      continue;
    }
    const GridCut cut = solve_grid_cut(problem);
    ASSERT_EQ(cut.flow, expected);
    ASSERT_EQ(cut_cost(problem, cut.source_side), cut.flow);
  }
  EXPECT_GT(contradictions, 20);
  EXPECT_LT(contradictions, 1500);
}

TEST(GridCut, TakesTheFewestSourcePixelsOfAllMinimalCuts) {
  Dice dice(10);
  for (int trial = 0; trial < 300; ++trial) {
    const GridProblem problem = random_problem(4, 3, 3, dice);
    const GridCut cut = solve_grid_cut(problem);
    for (std::uint32_t code = 0; code < 4096; ++code) {
      std::vector<std::uint8_t> labels(12);
      for (std::size_t i = 0; i < 12; ++i)
        labels[i] = code >> i & 1;
      const std::int64_t cost = cut_cost(problem, labels);
      ASSERT_GE(cost, cut.flow);
      for (std::size_t i = 0; cost == cut.flow && i < 12; ++i)
        ASSERT_LE(cut.source_side[i], labels[i]);
    }
  }
}

TEST(GridCut, OnePixel) {
  GridProblem problem{1, 1, {5}, {3}, {}, {}};
  EXPECT_EQ(solve_grid_cut(problem).flow, 3);
  EXPECT_EQ(solve_grid_cut(problem).source_side, std::vector<std::uint8_t>{1});
  problem.sink = {5};
  EXPECT_EQ(solve_grid_cut(problem).source_side, std::vector<std::uint8_t>{0});
  problem.source = problem.sink = {kInfiniteCapacity};
  EXPECT_THROW(solve_grid_cut(problem), InputError);
}

TEST(GridCut, CutsALineAtItsWeakestEdge) {
  GridProblem problem{5, 1, {100, 0, 0, 0, 0}, {0, 0, 0, 0, 100}, {}, {}};
  problem.forward[0] = {9, 4, 7, 8, 99};
  const GridCut cut = solve_grid_cut(problem);
  EXPECT_EQ(cut.flow, 4);
  EXPECT_EQ(cut.source_side, (std::vector<std::uint8_t>{1, 1, 0, 0, 0}));
}

/// One corridor to and fro over all rows: paths as long as the grid has pixels.
TEST(GridCut, FollowsALongCorridor) {
  constexpr std::int64_t side = 60;
  const std::vector<std::int32_t> nothing(side * side, 0);
  GridProblem problem{side, side, nothing, nothing, {}, {}};
  problem.forward[0].assign(side * side, 1000);
  problem.forward[1] = nothing;
  for (std::int64_t y = 0; y + 1 < side; ++y)
    problem.forward[1][static_cast<std::size_t>(y * side + (y % 2 ? 0 : side - 1))] = 1000;
  problem.source[0] = 2000;
  problem.sink[(side - 1) * side] = 2000;  // where the last row, of odd number, ends
  EXPECT_EQ(solve_grid_cut(problem).flow, 1000);
  problem.forward[0][20 * side + 31] = 7;
  const GridCut cut = solve_grid_cut(problem);
  EXPECT_EQ(cut.flow, 7);
  EXPECT_EQ(cut_cost(problem, cut.source_side), 7);
  EXPECT_EQ(cut.source_side[20 * side + 31], 1);
  EXPECT_EQ(cut.source_side[20 * side + 32], 0);
  EXPECT_EQ(std::count(cut.source_side.begin(), cut.source_side.end(), 1), 20 * side + 32);
}

TEST(GridCut, RefusesWhatIsNoNetwork) {
  const GridProblem good{2, 1, {1, 2}, {3, 4}, {}, {}};
  EXPECT_NO_THROW(solve_grid_cut(good));
  GridProblem bad = good;
  bad.source = {1};
  EXPECT_THROW(solve_grid_cut(bad), InputError);
  bad = good;
  bad.sink[1] = -1;
  EXPECT_THROW(solve_grid_cut(bad), InputError);
  bad = good;
  bad.sink[1] = kMaxCapacity + 1;
  EXPECT_THROW(solve_grid_cut(bad), InputError);
  bad = good;
  bad.backward[0] = {1, 1};
  EXPECT_THROW(solve_grid_cut(bad), InputError);
  bad = good;
  bad.width = 0;
  EXPECT_THROW(solve_grid_cut(bad), InputError);
  EXPECT_THROW(cut_cost(good, {1}), InputError);
}

}  // namespace
}  // namespace fovea::test
