#include "fovea/grid_cut.hpp"

#include "base/check.hpp"
#include "image/pixels.hpp"
#include "segment/grid_walk.hpp"
#include "segment/search_trees.hpp"

#include <algorithm>
#include <limits>

namespace fovea {
namespace {

using Array = std::vector<std::int32_t>;

void check_array(const Array& values, const char* name, std::size_t size) {
  FOVEA_CHECK(values.size() == size, "{} has {} capacities: expected {}, one for each pixel", name,
              values.size(), size);
  for (const std::int32_t value : values)
    FOVEA_CHECK(value == kInfiniteCapacity || (value >= 0 && value <= kMaxCapacity),
                "{}: a capacity of {} is not in 0..{}", name, value, kMaxCapacity);
}

void check_problem(const GridProblem& problem) {
  check_size(problem.width, problem.height);
  const auto size = static_cast<std::size_t>(problem.width * problem.height);
  check_array(problem.source, "source", size);
  check_array(problem.sink, "sink", size);
  for (std::size_t e = 0; e < problem.forward.size(); ++e) {
    if (!problem.forward[e].empty())
      check_array(problem.forward[e], "forward", size);
    if (problem.backward[e].empty())
      continue;
    FOVEA_CHECK(!problem.forward[e].empty(), "a grid with backward edges needs forward edges beside them");
    check_array(problem.backward[e], "backward", size);
  }
}

/// Calls f(pixel, neighbour, edge, forward capacity, backward capacity) for every edge inside the grid.
template <class F>
void for_each_edge(const GridProblem& problem, F&& f) {
  for (std::size_t e = 0; e < problem.forward.size(); ++e) {
    if (problem.forward[e].empty())
      continue;
    const std::int32_t* forward = problem.forward[e].data();
    const std::int32_t* backward = problem.backward[e].empty() ? forward : problem.backward[e].data();
    for_each_pair(problem.width, problem.height, e,
                  [&](std::int64_t p, std::int64_t q) { f(p, q, e, forward[p], backward[p]); });
  }
}

/// What an infinite edge counts as: more than all finite ones together. 0 when there is no infinite edge.
std::int64_t infinite_value(const GridProblem& problem) {
  std::int64_t sum = 1;
  bool any = false;
  const auto add = [&](std::int32_t capacity) {
    any |= capacity == kInfiniteCapacity;
    sum += capacity == kInfiniteCapacity ? 0 : capacity;
  };
  std::for_each(problem.source.begin(), problem.source.end(), add);
  std::for_each(problem.sink.begin(), problem.sink.end(), add);
  for_each_edge(problem, [&](std::int64_t, std::int64_t, std::size_t, std::int32_t a, std::int32_t b) {
    add(a);
    add(b);
  });
  return any ? sum : 0;
}

template <class T>
GridCut solve(const GridProblem& problem, std::int64_t infinite) {
  const auto value = [infinite](std::int32_t capacity) {
    return capacity == kInfiniteCapacity ? static_cast<T>(infinite) : static_cast<T>(capacity);
  };
  SearchTrees<T> trees(problem.width, problem.height);
  // Flow straight from source to sink needs no search.
  std::int64_t flow = 0;
  std::size_t i = 0;
  for (std::int64_t y = 0; y < problem.height; ++y)
    for (std::int64_t x = 0; x < problem.width; ++x, ++i) {
      const T source = value(problem.source[i]);
      const T sink = value(problem.sink[i]);
      flow += std::min(source, sink);
      trees.excess(trees.node(x, y)) = source - sink;
      FOVEA_CHECK(infinite == 0 || flow < infinite, "infinite edges join source and sink");
    }
  const std::int64_t width = problem.width;
  for_each_edge(problem, [&](std::int64_t p, std::int64_t, std::size_t e, std::int32_t a, std::int32_t b) {
    const auto node = trees.node(p % width, p / width);
    trees.edges(node)[e] = value(a);
    trees.edges(trees.neighbour(node, static_cast<int>(e)))[e + 4] = value(b);
  });
  const std::int64_t none = std::numeric_limits<std::int64_t>::max();
  flow += trees.run(infinite ? infinite - flow : none);
  FOVEA_CHECK(infinite == 0 || flow < infinite, "infinite edges join source and sink");

  GridCut cut{flow, std::vector<std::uint8_t>(problem.source.size())};
  i = 0;
  for (std::int64_t y = 0; y < problem.height; ++y)
    for (std::int64_t x = 0; x < width; ++x, ++i)
      cut.source_side[i] = trees.reached_from_source(trees.node(x, y)) ? 1 : 0;
  return cut;
}

}  // namespace

GridCut solve_grid_cut(const GridProblem& problem) {
  check_problem(problem);
  // 32 bits hold any finite capacity with its reverse; infinite ones carry sums.
  const std::int64_t infinite = infinite_value(problem);
  return infinite ? solve<std::int64_t>(problem, infinite) : solve<std::int32_t>(problem, 0);
}

std::int64_t cut_cost(const GridProblem& problem, const std::vector<std::uint8_t>& source_side) {
  check_problem(problem);
  FOVEA_CHECK(source_side.size() == problem.source.size(), "{} labels for a grid of {} pixels",
              source_side.size(), problem.source.size());
  std::int64_t cost = 0;
  bool infinite = false;
  const auto cut = [&](std::int32_t capacity) {
    infinite |= capacity == kInfiniteCapacity;
    cost += capacity;
  };
  for (std::size_t i = 0; i < source_side.size(); ++i)
    cut(source_side[i] ? problem.sink[i] : problem.source[i]);
  for_each_edge(problem, [&](std::int64_t p, std::int64_t q, std::size_t, std::int32_t a, std::int32_t b) {
    const bool from = source_side[static_cast<std::size_t>(p)];
    if (from != static_cast<bool>(source_side[static_cast<std::size_t>(q)]))
      cut(from ? a : b);
  });
  return infinite ? -1 : cost;
}

}  // namespace fovea
