#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea {

/// The augmenting-path maximal flow of Boykov and Kolmogorov (`boykov2004experimental`) on a grid whose
/// neighbours are implicit: pixels are framed by one row and column of nodes without edges, so that a
/// neighbour is an offset and no border needs a test. T: the type of capacities, wide enough for a capacity
/// plus its reverse and for each terminal's excess.
template <class T>
class SearchTrees {
public:
  using Node = std::int32_t;
  using Capacities = std::array<T, 8>;

  SearchTrees(std::int64_t width, std::int64_t height);

  Node node(std::int64_t x, std::int64_t y) const { return static_cast<Node>((y + 1) * stride_ + x + 1); }
  /// Residual capacities towards the eight neighbours; direction d ^ 4 is the reverse of d, and 0..3 are
  /// GridEdge.
  Capacities& edges(Node node) { return edges_[static_cast<std::size_t>(node)]; }
  Node neighbour(Node node, int direction) const {
    return node + offset_[static_cast<std::size_t>(direction)];
  }
  /// Positive: capacity from the source; negative: to the sink.
  T& excess(Node node) { return excess_[static_cast<std::size_t>(node)]; }

  /// Makes a node with excess the root of a tree. Once for each, before any `run` that is to use it.
  void plant(Node node);
  /// Augments until no path between planted nodes is left, or until the flow is at least `limit`. Returns
  /// the flow of this run.
  std::int64_t run(std::int64_t limit);
  /// After `run`: whether the residual graph leads from the source to this node.
  bool reached_from_source(Node node) const { return state_[static_cast<std::size_t>(node)].tree == kSource; }

private:
  enum Tree : std::uint8_t { kFree, kSource, kSink };
  /// A parent is a direction 0..7 or one of these.
  enum Parent : std::uint8_t { kTerminal = 8, kOrphan = 9, kNone = 10 };
  struct Meeting {
    Node from = -1;  ///< a node of the source's tree; -1: the trees did not meet
    int direction = 0;
  };

  /// What a node is in the trees; together, since they are read together.
  struct State {
    std::int32_t stamp = 0;     ///< when the distance was last known to be right
    std::int32_t distance = 0;  ///< edges to the terminal, by way of parents
    Node next = -1;             ///< in the queue of active nodes; -1: not in it, itself: its end
    Tree tree = kFree;
    std::uint8_t parent = kNone;
  };

  void activate(Node node);
  Node next_active();
  template <bool FromSource>
  Meeting grow(Node node);
  T augment(const Meeting& meeting);
  void orphan(Node node);
  void adopt_orphans();
  template <bool FromSource>
  void adopt(Node node);
  template <bool FromSource>
  void release(Node node);
  std::int32_t distance_to_terminal(Node node) const;
  void mark_path(Node node, std::int32_t distance);

  template <bool FromSource>
  T towards(Node node, Node other, int direction) const;

  std::int64_t stride_;
  std::array<Node, 8> offset_;
  std::vector<Capacities> edges_;
  std::vector<T> excess_;
  std::vector<State> state_;
  Node first_ = -1;
  Node last_ = -1;
  std::vector<Node> orphans_;
  std::int32_t now_ = 1;
};

extern template class SearchTrees<std::int32_t>;
extern template class SearchTrees<std::int64_t>;

}  // namespace fovea
