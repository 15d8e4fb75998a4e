#include "segment/grid_cut.hpp"

#include "base/check.hpp"
#include "image/pixels.hpp"
#include "segment/search_trees.hpp"

#include <algorithm>
#include <limits>
#include <utility>

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

/// The sum of all finite capacities of one kind.
std::int64_t finite_sum(const Array& values) {
  std::int64_t sum = 0;
  for (const std::int32_t value : values)
    sum += value == kInfiniteCapacity ? 0 : value;
  return sum;
}

}  // namespace

class GridFlow::Solver {
public:
  virtual ~Solver() = default;
  virtual GridCut cut() = 0;
  virtual bool set_terminals(const Array& source, const Array& sink) = 0;
};

/// What has flowed is kept as residual capacities. A push along an edge moves excess from one pixel to the
/// next and changes no cut's cost but by a constant, and neither does a change of a pixel's terminals that
/// its excess follows: the network that is left has the minimal cuts of the one that is meant.
template <class T>
class GridFlow::SolverOf : public Solver {
public:
  SolverOf(const GridProblem& problem, std::int64_t infinite)
      : width_(problem.width), height_(problem.height), source_(problem.source), sink_(problem.sink),
        infinite_(infinite), trees_(problem.width, problem.height) {
    set_excesses();
    set_edges(problem);
  }

  GridCut cut() override {
    if (!goes_on_)
      decide_dominated();  // later the flow itself has filled most of these edges
    flow_ += trees_.run(infinite_ ? infinite_ - flow_ : std::numeric_limits<std::int64_t>::max());
    check_flow();
    GridCut cut{flow_, {}};
    cut.source_side.resize(source_.size());
    std::uint8_t* side = cut.source_side.data();
    for_each_node([&](Node node, std::size_t) { *side++ = trees_.reached_from_source(node) ? 1 : 0; });
    return cut;
  }

  bool set_terminals(const Array& source, const Array& sink) override {
    bool any_infinite = false;
    check_array(source, "source", source_.size(), any_infinite);
    check_array(sink, "sink", sink_.size(), any_infinite);
    for (std::size_t i = 0; i < source.size(); ++i)
      if ((source[i] == kInfiniteCapacity) != (source_[i] == kInfiniteCapacity) ||
          (sink[i] == kInfiniteCapacity) != (sink_[i] == kInfiniteCapacity))
        return false;
    if (infinite_) {
      moved_ += finite_sum(source_) + finite_sum(sink_) + finite_sum(source) + finite_sum(sink);
      if (moved_ > infinite_ / 2)
        return false;
    }
    for_each_node([&](Node node, std::size_t i) {
      T& excess = trees_.excess(node);
      const T before = excess;
      excess += (value(source[i]) - value(source_[i])) - (value(sink[i]) - value(sink_[i]));
      flow_ += value(sink[i]) - value(sink_[i]) + std::min<T>(excess, 0) - std::min<T>(before, 0);
    });
    source_ = source;
    sink_ = sink;
    goes_on_ = true;
    return true;
  }

private:
  using Node = typename SearchTrees<T>::Node;

  T value(std::int32_t capacity) const {
    return static_cast<T>(capacity == kInfiniteCapacity ? infinite_ : capacity);
  }

  void check_flow() const {
    FOVEA_CHECK(infinite_ == 0 || flow_ < infinite_, "infinite edges join source and sink");
  }

  /// Calls f(node, index of the pixel), row by row.
  template <class F>
  void for_each_node(F&& f) {
    std::size_t i = 0;
    for (std::int64_t y = 0; y < height_; ++y)
      for (std::int64_t x = 0; x < width_; ++x, ++i)
        f(trees_.node(x, y), i);
  }

  void set_excesses() {
    for_each_node([this](Node node, std::size_t i) {
      const T source = value(source_[i]);
      const T sink = value(sink_[i]);
      flow_ += std::min(source, sink);  // needs no search
      trees_.excess(node) = source - sink;
      check_flow();
    });
  }

  void set_edges(const GridProblem& problem) {
    for_each_edge(problem,
                  [this](std::int64_t x, std::int64_t y, std::size_t e, std::int32_t a, std::int32_t b) {
                    const Node node = trees_.node(x, y);
                    trees_.edges(node)[e] = value(a);
                    trees_.edges(trees_.neighbour(node, static_cast<int>(e)))[e + 4] = value(b);
                  });
  }

  /// Fills the edges between the pixels that their own excess decides, whatever their neighbours are, and the
  /// others, one pixel after another: no search comes past them then. Hard seeds are such.
  void decide_dominated() {
    is_decided_.assign(trees_.nodes(), 0);
    std::vector<Node> todo;
    for_each_node([&](Node current, std::size_t) {
      decide(current, current, todo);
      while (!todo.empty()) {
        const Node node = todo.back();
        todo.pop_back();
        decide(node, current, todo);
      }
    });
  }

  /// Whether no edges of the node to undecided ones outweigh its excess together. Ties go to the sink, since
  /// the fewest pixels on the source's side are wanted.
  bool is_dominated(Node node) {
    const T excess = trees_.excess(node);
    if (excess == 0 || is_decided_[static_cast<std::size_t>(node)])
      return false;
    std::int64_t edges = 0;
    for (int d = 0; d < 8; ++d) {
      const Node other = trees_.neighbour(node, d);
      if (!is_decided_[static_cast<std::size_t>(other)])
        edges += excess > 0 ? trees_.edges(node)[static_cast<std::size_t>(d)]
                            : trees_.edges(other)[static_cast<std::size_t>(d ^ 4)];
    }
    return excess > 0 ? excess > edges : -excess >= edges;
  }

  /// Neighbours up to `current` are put on the list `todo`; those behind it are looked at anyway.
  void decide(Node node, Node current, std::vector<Node>& todo) {
    if (!is_dominated(node))
      return;
    is_decided_[static_cast<std::size_t>(node)] = 1;
    T& own = trees_.excess(node);
    const bool to_source = own > 0;
    for (int d = 0; d < 8; ++d) {
      const Node other = trees_.neighbour(node, d);
      if (is_decided_[static_cast<std::size_t>(other)])
        continue;
      T& there = trees_.edges(node)[static_cast<std::size_t>(d)];
      T& back = trees_.edges(other)[static_cast<std::size_t>(d ^ 4)];
      const T flow = std::exchange(to_source ? there : back, 0);
      (to_source ? back : there) += flow;
      T& level = trees_.excess(other);
      flow_ += std::min(flow, std::max<T>(to_source ? -level : level, 0));
      level += to_source ? flow : -flow;
      own -= to_source ? flow : -flow;
      check_flow();
      if (other <= current)
        todo.push_back(other);
    }
  }

  std::int64_t width_, height_;
  Array source_, sink_;
  std::int64_t infinite_;  ///< what an infinite edge counts as; 0: there is none
  SearchTrees<T> trees_;
  std::vector<std::uint8_t> is_decided_;
  std::int64_t flow_ = 0;
  bool goes_on_ = false;    ///< whether the terminals have been replaced
  std::int64_t moved_ = 0;  ///< a bound of what infinite edges carry beyond the flow
};

GridFlow::GridFlow(const GridProblem& problem) {
  // 32 bits hold a pixel's ten finite capacities together; infinite ones carry sums.
  if (check_problem(problem)) {
    // Room for many changes of the terminals, as long as eight infinite edges of a pixel have a sum.
    constexpr std::int64_t most = std::int64_t{1} << 58;
    solver_ = std::make_unique<SolverOf<std::int64_t>>(problem, std::max(infinite_value(problem), most));
  } else {
    solver_ = std::make_unique<SolverOf<std::int32_t>>(problem, 0);
  }
}

GridFlow::~GridFlow() = default;

GridCut GridFlow::cut() {
  return solver_->cut();
}

bool GridFlow::set_terminals(const Array& source, const Array& sink) {
  return solver_->set_terminals(source, sink);
}

GridCut solve_grid_cut(const GridProblem& problem) {
  return GridFlow(problem).cut();
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
