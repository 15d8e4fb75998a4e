#include "segment/search_trees.hpp"

#include "fovea/mask.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace fovea {
namespace {

constexpr std::size_t at(std::int32_t node) {
  return static_cast<std::size_t>(node);
}

constexpr std::uint8_t bit(int direction) {
  return static_cast<std::uint8_t>(1U << direction);
}

constexpr std::int32_t kNowhere = std::numeric_limits<std::int32_t>::max();

}  // namespace

template <class T>
SearchTrees<T>::SearchTrees(std::int64_t width, std::int64_t height) : stride_(width + 2) {
  const auto row = static_cast<Node>(stride_);
  offset_ = {1, row, row + 1, row - 1, -1, -row, -row - 1, -row + 1};
  const auto nodes = static_cast<std::size_t>(stride_ * (height + 2));
  edges_.assign(nodes, Capacities{});
  excess_.assign(nodes, 0);
  level_.assign(nodes, 0);
  parent_.assign(nodes, kNone);
}

template <class T>
std::int64_t SearchTrees<T>::run(std::int64_t limit) {
  note_open_edges();
  plant_roots();
  const Front& source = fronts_[kSource];
  const Front& sink = fronts_[kSink];
  // Once the source's tree cannot grow, no path is left. It grows to its end even where the sink's has ended
  // before, so that it holds all that the source reaches, and nothing else.
  while (!source.active.empty() && flow_ < limit) {
    if (sink.active.empty() || source.depth <= sink.depth)
      grow_level<kSource>();
    else
      grow_level<kSink>();
  }
  return flow_;
}

template <class T>
void SearchTrees<T>::note_open_edges() {
  open_.assign(edges_.size(), {});
  const auto last = static_cast<Node>(static_cast<std::int64_t>(edges_.size()) - stride_ - 1);
  for (auto n = static_cast<Node>(stride_) + 1; n < last; ++n) {
    unsigned open = 0;
    for (int d = 0; d < 8; ++d)
      open |= static_cast<unsigned>(edges_[at(n)][at(d)] != 0) << d;
    open_[at(n)].from = static_cast<std::uint8_t>(open);
  }
  for (auto n = static_cast<Node>(stride_) + 1; n < last; ++n) {
    unsigned open = 0;
    for (int d = 0; d < 8; ++d)
      open |= (open_[at(neighbour(n, d))].from >> (d ^ 4) & 1U) << d;
    open_[at(n)].to = static_cast<std::uint8_t>(open);
  }
}

template <class T>
void SearchTrees<T>::plant_roots() {
  const auto nodes = static_cast<Node>(excess_.size());
  for (Node node = 0; node < nodes; ++node) {
    const T excess = excess_[at(node)];
    if (excess == 0)
      continue;
    level_[at(node)] = excess > 0 ? 1 : -1;
    parent_[at(node)] = kTerminal;
    fronts_[excess > 0 ? kSource : kSink].active.push_back(node);
  }
}

template <class T>
template <typename SearchTrees<T>::Tree own>
void SearchTrees<T>::grow_level() {
  Front& front = fronts_[own];
  front.limit = front.depth + 1;
  const std::int32_t level = own == kSource ? front.depth : -front.depth;
  for (std::size_t i = 0; i < front.active.size(); ++i)  // adoption may add to it
    if (level_[at(front.active[i])] == level)
      grow<own>(front.active[i]);
  ++front.depth;
  front.active.swap(front.next);
  front.next.clear();
}

/// Takes a node's free neighbours into its tree and augments along its edges to the other one. Ends early
/// when the node itself moves.
template <class T>
template <typename SearchTrees<T>::Tree own>
void SearchTrees<T>::grow(Node node) {
  const std::uint8_t& open = own == kSource ? open_[at(node)].from : open_[at(node)].to;
  const std::int32_t level = level_[at(node)];
  for (unsigned left = open; left != 0; left &= left - 1) {
    const int direction = std::countr_zero(left);
    const Node other = neighbour(node, direction);
    while (open & bit(direction)) {
      const std::int32_t there = level_[at(other)];
      if (there == 0) {
        level_[at(other)] = own == kSource ? level + 1 : level - 1;
        parent_[at(other)] = static_cast<std::uint8_t>(direction ^ 4);
        fronts_[own].next.push_back(other);
        break;
      }
      if ((there > 0) == (own == kSource))
        break;
      if (own == kSource)
        augment(node, direction);
      else
        augment(other, direction ^ 4);
      adopt_orphans<kSource>();
      adopt_orphans<kSink>();
      if (level_[at(node)] != level)
        return;
    }
  }
}

/// Sends what the path over this edge, from the source's tree to the sink's, has room for.
template <class T>
void SearchTrees<T>::augment(Node from, int direction) {
  // Addresses by value: writing a byte could change members, as far as a compiler knows.
  Capacities* const edges = edges_.data();
  const std::uint8_t* const parents = parent_.data();
  const std::array<Node, 8> offset = offset_;
  T flow = edges[from][at(direction)];
  path_.clear();
  Node root = from;
  for (int p = parents[root]; p != kTerminal; p = parents[root]) {
    root += offset[at(p)];
    flow = std::min(flow, edges[root][at(p ^ 4)]);
    path_.push_back({root, p ^ 4});
  }
  flow = std::min(flow, excess_[at(root)]);
  const std::size_t half = path_.size();
  Node end = from + offset[at(direction)];
  for (int p = parents[end]; p != kTerminal; p = parents[end]) {
    flow = std::min(flow, edges[end][at(p)]);
    path_.push_back({end, p});
    end += offset[at(p)];
  }
  flow = std::min(flow, static_cast<T>(-excess_[at(end)]));

  // Moves capacity to the reverse edge. True when none is left.
  const auto push = [flow, edges, &offset, open = open_.data()](const Step& step) {
    const int back = step.direction ^ 4;
    const Node to = step.node + offset[at(step.direction)];
    edges[to][at(back)] += flow;
    const bool empty = (edges[step.node][at(step.direction)] -= flow) == 0;
    open[to].from |= bit(back);
    open[step.node].to |= bit(step.direction);
    open[step.node].from &= static_cast<std::uint8_t>(~(static_cast<unsigned>(empty) << step.direction));
    open[to].to &= static_cast<std::uint8_t>(~(static_cast<unsigned>(empty) << back));
    return empty;
  };
  // From the terminals on: orphans near them are adopted first.
  flow_ += flow;
  push({from, direction});
  if ((excess_[at(root)] -= flow) == 0)
    orphan(kSource, root);
  for (std::size_t i = half; i-- > 0;)
    if (push(path_[i]))
      orphan(kSource, path_[i].node + offset[at(path_[i].direction)]);
  if ((excess_[at(end)] += flow) == 0)
    orphan(kSink, end);
  for (std::size_t i = path_.size(); i-- > half;)
    if (push(path_[i]))
      orphan(kSink, path_[i].node);
}

template <class T>
void SearchTrees<T>::orphan(Tree tree, Node node) {
  parent_[at(node)] = kOrphan;
  fronts_[tree].orphans.push_back(node);
}

template <class T>
template <typename SearchTrees<T>::Tree own>
void SearchTrees<T>::adopt_orphans() {
  std::vector<Node>& orphans = fronts_[own].orphans;
  for (std::size_t i = 0; i < orphans.size(); ++i)  // adoption adds to it
    adopt<own>(orphans[i]);
  orphans.clear();
}

/// Finds an orphan a new parent, of the lowest level that has an edge to it. Where that moves the orphan, its
/// children become orphans; behind the limit it becomes free. The parent may be an orphan that waits: it
/// makes orphans of its children too, should it move.
template <class T>
template <typename SearchTrees<T>::Tree own>
void SearchTrees<T>::adopt(Node node) {
  Front& front = fronts_[own];
  const std::int32_t* const level = &level_[at(node)];
  const unsigned open = own == kSource ? open_[at(node)].to : open_[at(node)].from;
  // The least of (level - 1, direction); closed directions, free nodes and the other tree become the
  // greatest.
  static_assert(kMaxImagePixels < std::int64_t{1} << 28, "a level and a direction fill 32 bits");
  constexpr std::uint32_t none = 0xffffffffU;
  std::uint32_t best = none;
  for (unsigned d = 0; d < 8; ++d) {
    const std::int32_t there = level[offset_[d]];
    const auto depth = static_cast<std::uint32_t>((own == kSource ? there : -there) - 1);
    const std::uint32_t shut = (depth >> 28 ? none : 0U) | ((open >> d & 1U) - 1U);
    best = std::min(best, (depth << 3 | d) | shut);
  }
  const std::int32_t depth = best == none ? kNowhere : static_cast<std::int32_t>(best >> 3) + 2;
  const auto parent = static_cast<std::uint8_t>(best & 7);
  if (depth == (own == kSource ? *level : -*level)) {
    parent_[at(node)] = parent;
    return;
  }
  const std::uint8_t* const parents = &parent_[at(node)];
  unsigned children = 0;
  for (int d = 0; d < 8; ++d)
    children |= static_cast<unsigned>(parents[offset_[at(d)]] == (d ^ 4)) << d;
  for (; children != 0; children &= children - 1)
    orphan(own, neighbour(node, std::countr_zero(children)));
  const bool kept = depth <= front.limit;
  parent_[at(node)] = kept ? parent : static_cast<std::uint8_t>(kNone);
  level_[at(node)] = !kept ? 0 : own == kSource ? depth : -depth;
  if (kept && depth == front.depth)
    front.active.push_back(node);
  else if (kept && depth == front.depth + 1)
    front.next.push_back(node);
}

template class SearchTrees<std::int32_t>;
template class SearchTrees<std::int64_t>;

}  // namespace fovea
