#include "segment/grid_cut.hpp"

#include "base/check.hpp"
#include "image/pixels.hpp"
#include "segment/search_trees.hpp"

#include <algorithm>
#include <limits>

namespace fovea {
namespace {

using Array = std::vector<std::int32_t>;

/// Notes in `infinite` whether there are infinite capacities.
void check_array(const Array& values, const char* name, std::size_t size, bool& infinite) {
  FOVEA_CHECK(values.size() == size, "{} has {} capacities: expected {}, one for each pixel", name,
              values.size(), size);
  const auto bad = [](std::int32_t value) {
    return static_cast<std::uint32_t>(value) > static_cast<std::uint32_t>(kMaxCapacity) &&
           value != kInfiniteCapacity;
  };
  unsigned any_bad = 0;  // no early exit: compilers vectorise this
  unsigned any_infinite = 0;
  for (const std::int32_t value : values) {
    any_bad |= static_cast<unsigned>(bad(value));
    any_infinite |= static_cast<unsigned>(value == kInfiniteCapacity);
  }
  infinite |= any_infinite != 0;
  if (any_bad)
    FOVEA_CHECK(false, "{}: a capacity of {} is not in 0..{}", name,
                *std::find_if(values.begin(), values.end(), bad), kMaxCapacity);
}

/// True when there are infinite capacities.
bool check_problem(const GridProblem& problem) {
  check_size(problem.width, problem.height);
  const auto size = static_cast<std::size_t>(problem.width * problem.height);
  bool infinite = false;
  check_array(problem.source, "source", size, infinite);
  check_array(problem.sink, "sink", size, infinite);
  for (std::size_t e = 0; e < problem.forward.size(); ++e) {
    if (!problem.forward[e].empty())
      check_array(problem.forward[e], "forward", size, infinite);
    if (problem.backward[e].empty())
      continue;
    FOVEA_CHECK(!problem.forward[e].empty(), "a grid with backward edges needs forward edges beside them");
    check_array(problem.backward[e], "backward", size, infinite);
  }
  return infinite;
}

/// Calls f(x, y, edge, forward capacity, backward capacity) for every edge inside the grid, row by row.
template <class F>
void for_each_edge(const GridProblem& problem, F&& f) {
  for (std::int64_t y = 0; y < problem.height; ++y)
    for (std::size_t e = 0; e < problem.forward.size(); ++e) {
      const auto [dx, dy] = kGridSteps[e];
      if (problem.forward[e].empty() || y + dy >= problem.height)
        continue;
      const std::int32_t* forward = problem.forward[e].data() + y * problem.width;
      const std::int32_t* backward =
          problem.backward[e].empty() ? forward : problem.backward[e].data() + y * problem.width;
      for (std::int64_t x = std::max<std::int64_t>(-dx, 0); x < problem.width - std::max<std::int64_t>(dx, 0);
           ++x)
        f(x, y, e, forward[x], backward[x]);
    }
}

/// The capacity of an infinite edge: more than all finite ones together.
std::int64_t infinite_value(const GridProblem& problem) {
  std::int64_t sum = 1;
  const auto add = [&](std::int32_t capacity) { sum += capacity == kInfiniteCapacity ? 0 : capacity; };
  std::for_each(problem.source.begin(), problem.source.end(), add);
  std::for_each(problem.sink.begin(), problem.sink.end(), add);
  for_each_edge(problem, [&](std::int64_t, std::int64_t, std::size_t, std::int32_t a, std::int32_t b) {
    add(a);
    add(b);
  });
  return sum;
}

template <class T>
class Solver {
public:
  Solver(const GridProblem& problem, std::int64_t infinite)
      : problem_(problem), infinite_(infinite), trees_(problem.width, problem.height) {}

  GridCut solve() {
    set_terminals();
    set_edges();
    decide_dominated();
    flow_ += trees_.run(infinite_ ? infinite_ - flow_ : std::numeric_limits<std::int64_t>::max());
    check_flow();
    GridCut cut{flow_, {}};
    cut.source_side.resize(problem_.source.size());
    std::uint8_t* side = cut.source_side.data();
    for (std::int64_t y = 0; y < problem_.height; ++y)
      for (std::int64_t x = 0; x < problem_.width; ++x)
        *side++ = trees_.reached_from_source(trees_.node(x, y)) ? 1 : 0;
    return cut;
  }

private:
  using Node = typename SearchTrees<T>::Node;

  T value(std::int32_t capacity) const {
    return static_cast<T>(capacity == kInfiniteCapacity ? infinite_ : capacity);
  }

  void check_flow() const {
    FOVEA_CHECK(infinite_ == 0 || flow_ < infinite_, "infinite edges join source and sink");
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
                  [this](std::int64_t x, std::int64_t y, std::size_t e, std::int32_t a, std::int32_t b) {
                    const Node node = trees_.node(x, y);
                    trees_.edges(node)[e] = value(a);
                    trees_.edges(trees_.neighbour(node, static_cast<int>(e)))[e + 4] = value(b);
                  });
  }

  /// Takes out of the network, one after another, the pixels that their own excess decides whatever their
  /// neighbours are: their edges become edges of the neighbours to source or sink. Hard seeds are such.
  void decide_dominated() {
    std::vector<Node> todo;
    for (std::int64_t y = 0; y < problem_.height; ++y)
      for (std::int64_t x = 0; x < problem_.width; ++x) {
        const Node current = trees_.node(x, y);
        decide(current, current, todo);
        while (!todo.empty()) {
          const Node node = todo.back();
          todo.pop_back();
          decide(node, current, todo);
        }
      }
  }

  /// Whether no edges of the node together outweigh its excess. Ties go to the sink, since the fewest pixels
  /// on the source's side are wanted.
  bool is_dominated(Node node) {
    const T excess = trees_.excess(node);
    if (excess == 0)
      return false;
    T edges = 0;
    for (int d = 0; d < 8; ++d)
      edges += excess > 0 ? trees_.edges(node)[static_cast<std::size_t>(d)]
                          : trees_.edges(trees_.neighbour(node, d))[static_cast<std::size_t>(d ^ 4)];
    return excess > 0 ? excess > edges : -excess >= edges;
  }

  /// Neighbours up to `current` are put on the list `todo`; those behind it are looked at anyway.
  void decide(Node node, Node current, std::vector<Node>& todo) {
    if (!is_dominated(node))
      return;
    const bool to_source = trees_.excess(node) > 0;
    for (int d = 0; d < 8; ++d) {
      const Node other = trees_.neighbour(node, d);
      T& there = trees_.edges(node)[static_cast<std::size_t>(d)];
      T& back = trees_.edges(other)[static_cast<std::size_t>(d ^ 4)];
      if (there == 0 && back == 0)
        continue;
      T& level = trees_.excess(other);
      if (to_source) {
        flow_ += std::min(there, std::max<T>(-level, 0));
        level += there;
      } else {
        flow_ += std::min(back, std::max<T>(level, 0));
        level -= back;
      }
      check_flow();
      there = back = 0;
      if (other <= current)
        todo.push_back(other);
    }
  }

  const GridProblem& problem_;
  std::int64_t infinite_;  ///< what an infinite edge counts as; 0: there is none
  SearchTrees<T> trees_;
  std::int64_t flow_ = 0;
};

}  // namespace

GridCut solve_grid_cut(const GridProblem& problem) {
  // 32 bits hold a pixel's ten finite capacities together; infinite ones carry sums.
  if (check_problem(problem))
    return Solver<std::int64_t>(problem, infinite_value(problem)).solve();
  return Solver<std::int32_t>(problem, 0).solve();
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
  for_each_edge(problem, [&](std::int64_t x, std::int64_t y, std::size_t e, std::int32_t a, std::int32_t b) {
    const std::int64_t p = y * problem.width + x;
    const std::int64_t q = p + kGridSteps[e][1] * problem.width + kGridSteps[e][0];
    const bool from = source_side[static_cast<std::size_t>(p)] != 0;
    if (from != (source_side[static_cast<std::size_t>(q)] != 0))
      cut(from ? a : b);
  });
  return infinite ? -1 : cost;
}

}  // namespace fovea
