#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea {

/// Maximal flow on a grid by incremental breadth-first search (`goldberg2011maximum`): two trees of shortest
/// paths, from the source and to the sink, grow level by level and are mended after each augmentation.
/// Neighbours are implicit: pixels are framed by one row and column of nodes without edges, so that a
/// neighbour is an offset and no border needs a test. At most kMaxImagePixels pixels. T: the type of
/// capacities, wide enough for a capacity plus its reverse and for each terminal's excess.
template <class T>
class SearchTrees {
public:
  using Node = std::int32_t;
  using Capacities = std::array<T, 8>;

  SearchTrees(std::int64_t width, std::int64_t height);

  /// Pixels and the frame around them.
  std::size_t nodes() const { return edges_.size(); }
  Node node(std::int64_t x, std::int64_t y) const { return static_cast<Node>((y + 1) * stride_ + x + 1); }
  /// Residual capacities towards the eight neighbours; direction d ^ 4 is the reverse of d, and 0..3 are
  /// GridEdge.
  Capacities& edges(Node node) { return edges_[static_cast<std::size_t>(node)]; }
  Node neighbour(Node node, int direction) const {
    return node + offset_[static_cast<std::size_t>(direction)];
  }
  /// Positive: capacity from the source; negative: to the sink.
  T& excess(Node node) { return excess_[static_cast<std::size_t>(node)]; }

  /// Augments until no path is left, or until the flow is at least `limit`. Returns what it has added to the
  /// flow. Excesses may be changed between runs.
  std::int64_t run(std::int64_t limit);
  /// After `run`: whether the residual graph leads from the source to this node.
  bool reached_from_source(Node node) const { return level_[static_cast<std::size_t>(node)] > 0; }

private:
  enum Tree : std::uint8_t { kSource, kSink };
  /// A parent is a direction 0..7 or one of these.
  enum Parent : std::uint8_t { kTerminal = 8, kOrphan = 9, kNone = 10 };
  /// An edge of a path, in the direction of the flow.
  struct Step {
    Node node;
    int direction;
  };
  /// One bit for each direction with residual capacity, from a node and to it: what searches read, so that
  /// they leave the capacities alone.
  struct Open {
    std::uint8_t from = 0;
    std::uint8_t to = 0;
  };
  /// The frontier of a tree. `depth`: the level of the nodes that grow next; `limit`: the deepest level
  /// allowed.
  struct Front {
    std::vector<Node> active;  ///< of level `depth`; some may no longer be on it
    std::vector<Node> next;    ///< of the level behind it
    std::vector<Node> orphans;
    std::int32_t depth = 1;
    std::int32_t limit = 1;
  };

  void note_open_edges();
  void plant_roots();
  template <Tree own>
  void grow_level();
  template <Tree own>
  void grow(Node node);
  void augment(Node from, int direction);
  void orphan(Tree tree, Node node);
  template <Tree own>
  void adopt_orphans();
  template <Tree own>
  void adopt(Node node);
  template <Tree own>
  std::int32_t nearest(Node node, unsigned open) const;
  template <class F>
  void for_each_child(Node node, F&& f);

  std::int64_t stride_;
  std::array<Node, 8> offset_;
  std::vector<Capacities> edges_;
  std::vector<T> excess_;
  /// A lower bound of the number of edges on the path to the terminal, the terminal's own edge included:
  /// positive in the source's tree, negative in the sink's, 0 for a free node.
  std::vector<std::int32_t> level_;
  std::vector<std::uint8_t> parent_;
  std::vector<Open> open_;
  std::array<Front, 2> fronts_;
  std::vector<Step> path_;
  std::int64_t flow_ = 0;
};

extern template class SearchTrees<std::int32_t>;
extern template class SearchTrees<std::int64_t>;

}  // namespace fovea
