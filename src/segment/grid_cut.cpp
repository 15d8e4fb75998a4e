#include "fovea/grid_cut.hpp"

#include "base/check.hpp"
#include "image/pixels.hpp"
#include "segment/grid_walk.hpp"
#include "segment/search_trees.hpp"

#include <algorithm>
#include <array>
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

/// Pictures are cut in tiles of the first size, which are then joined to tiles of the next, and at last to
/// the whole: most flow is local, and is found in small trees that fit the cache (`liu2010parallel`).
constexpr std::array<std::int64_t, 5> kTiles = {16, 32, 64, 128, 256};

/// The number of tile sizes whose borders the step from (x, y) to (x + dx, y + dy) crosses.
std::size_t level_of(std::int64_t x, std::int64_t y, std::int64_t dx, std::int64_t dy) {
  const std::int64_t changed = (x ^ (x + dx)) | (y ^ (y + dy));
  std::size_t level = 0;
  while (level < kTiles.size() && changed >= kTiles[level])  // sizes are powers of two
    ++level;
  return level;
}

template <class T>
class Solver {
public:
  Solver(const GridProblem& problem, std::int64_t infinite)
      : problem_(problem), infinite_(infinite), trees_(problem.width, problem.height) {}

  GridCut solve() {
    set_terminals();
    set_edges();
    for (std::int64_t y = 0; y < problem_.height; y += kTiles[0])
      for (std::int64_t x = 0; x < problem_.width; x += kTiles[0])
        solve_tile(x, y);
    for (const std::vector<Edge>& edges : later_) {
      for (const Edge& edge : edges)
        trees_.widen(edge.node, edge.direction, edge.forward, edge.backward);
      run();
    }
    GridCut cut{flow_, {}};
    cut.source_side.reserve(problem_.source.size());
    for (std::int64_t y = 0; y < problem_.height; ++y)
      for (std::int64_t x = 0; x < problem_.width; ++x)
        cut.source_side.push_back(trees_.reached_from_source(trees_.node(x, y)) ? 1 : 0);
    return cut;
  }

private:
  struct Edge {
    typename SearchTrees<T>::Node node;
    int direction;
    T forward, backward;
  };

  T value(std::int32_t capacity) const {
    return static_cast<T>(capacity == kInfiniteCapacity ? infinite_ : capacity);
  }

  void check_flow() const {
    FOVEA_CHECK(infinite_ == 0 || flow_ < infinite_, "infinite edges join source and sink");
  }

  void run() {
    flow_ += trees_.run(infinite_ ? infinite_ - flow_ : std::numeric_limits<std::int64_t>::max());
    check_flow();
  }

  void set_terminals() {
    std::size_t i = 0;
    for (std::int64_t y = 0; y < problem_.height; ++y)
      for (std::int64_t x = 0; x < problem_.width; ++x, ++i) {
        const T source = value(problem_.source[i]);
        const T sink = value(problem_.sink[i]);
        flow_ += std::min(source, sink);  // needs no search
        trees_.excess(trees_.node(x, y)) = source - sink;
        check_flow();
      }
  }

  void set_edges() {
    for_each_edge(problem_,
                  [this](std::int64_t p, std::int64_t, std::size_t e, std::int32_t a, std::int32_t b) {
                    const std::int64_t y = p / problem_.width;
                    const std::int64_t x = p - y * problem_.width;
                    const auto node = trees_.node(x, y);
                    const int direction = static_cast<int>(e);
                    const std::size_t level = level_of(x, y, kGridSteps[e][0], kGridSteps[e][1]);
                    if (level > 0) {
                      later_[level - 1].push_back({node, direction, value(a), value(b)});
                      return;
                    }
                    trees_.edges(node)[e] = value(a);
                    trees_.edges(trees_.neighbour(node, direction))[e + 4] = value(b);
                  });
  }

  void solve_tile(std::int64_t left, std::int64_t top) {
    for (std::int64_t y = top; y < std::min(top + kTiles[0], problem_.height); ++y)
      for (std::int64_t x = left; x < std::min(left + kTiles[0], problem_.width); ++x)
        trees_.plant(trees_.node(x, y));
    run();
  }

  const GridProblem& problem_;
  std::int64_t infinite_;  ///< what an infinite edge counts as; 0: there is none
  SearchTrees<T> trees_;
  std::array<std::vector<Edge>, kTiles.size()> later_;  ///< by the level that joins them
  std::int64_t flow_ = 0;
};

}  // namespace

GridCut solve_grid_cut(const GridProblem& problem) {
  check_problem(problem);
  // 32 bits hold any finite capacity with its reverse; infinite ones carry sums.
  const std::int64_t infinite = infinite_value(problem);
  return infinite ? Solver<std::int64_t>(problem, infinite).solve()
                  : Solver<std::int32_t>(problem, 0).solve();
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
