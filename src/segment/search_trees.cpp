#include "segment/search_trees.hpp"

#include <algorithm>
#include <limits>

namespace fovea {
namespace {

constexpr std::int32_t kFar = std::numeric_limits<std::int32_t>::max();

constexpr std::size_t at(std::int32_t node) {
  return static_cast<std::size_t>(node);
}

}  // namespace

template <class T>
SearchTrees<T>::SearchTrees(std::int64_t width, std::int64_t height) : stride_(width + 2) {
  const auto row = static_cast<Node>(stride_);
  offset_ = {1, row, row + 1, row - 1, -1, -row, -row - 1, -row + 1};
  const auto nodes = static_cast<std::size_t>(stride_ * (height + 2));
  edges_.assign(nodes, Capacities{});
  excess_.assign(nodes, 0);
  state_.assign(nodes, State{});
}

/// The residual capacity in the direction in which this tree's flow runs: from `node` to its neighbour
/// `other` in the source's tree, from `other` to `node` in the sink's.
template <class T>
template <bool FromSource>
T SearchTrees<T>::towards(Node node, Node other, int direction) const {
  return FromSource ? edges_[at(node)][at(direction)] : edges_[at(other)][at(direction ^ 4)];
}

template <class T>
std::int64_t SearchTrees<T>::run(std::int64_t limit) {
  std::int64_t flow = 0;
  Node current = -1;
  while (flow < limit) {
    // A node whose search found a path goes on where it was, as long as it keeps its tree.
    if (current < 0 || state_[at(current)].parent == kNone)
      current = next_active();
    if (current < 0)
      break;
    const Meeting meeting = state_[at(current)].tree == kSource ? grow<true>(current) : grow<false>(current);
    ++now_;
    if (meeting.from < 0) {
      current = -1;
      continue;
    }
    flow += augment(meeting);
    adopt_orphans();
  }
  return flow;
}

template <class T>
void SearchTrees<T>::plant(Node node) {
  const T excess = excess_[at(node)];
  if (excess == 0)
    return;
  State& state = state_[at(node)];
  state.tree = excess > 0 ? kSource : kSink;
  state.parent = kTerminal;
  state.stamp = now_;
  state.distance = 1;
  activate(node);
}

template <class T>
void SearchTrees<T>::activate(Node node) {
  if (state_[at(node)].next >= 0)
    return;
  if (last_ >= 0)
    state_[at(last_)].next = node;
  else
    first_ = node;
  last_ = node;
  state_[at(node)].next = node;
}

template <class T>
typename SearchTrees<T>::Node SearchTrees<T>::next_active() {
  while (first_ >= 0) {
    const Node node = first_;
    if (node == last_)
      first_ = last_ = -1;
    else
      first_ = state_[at(node)].next;
    state_[at(node)].next = -1;
    if (state_[at(node)].parent != kNone)
      return node;
  }
  return -1;
}

template <class T>
template <bool FromSource>
typename SearchTrees<T>::Meeting SearchTrees<T>::grow(Node node) {
  constexpr Tree own = FromSource ? kSource : kSink;
  const std::int32_t stamp = state_[at(node)].stamp;
  const std::int32_t distance = state_[at(node)].distance;
  for (int direction = 0; direction < 8; ++direction) {
    const Node other = neighbour(node, direction);
    if (towards<FromSource>(node, other, direction) == 0)
      continue;
    const Tree tree = state_[at(other)].tree;
    if (tree == kFree) {
      state_[at(other)].tree = own;
      activate(other);
    } else if (tree != own) {
      return FromSource ? Meeting{node, direction} : Meeting{other, direction ^ 4};
    } else if (state_[at(other)].stamp > stamp || state_[at(other)].distance <= distance) {
      continue;
    }
    // New, or nearer to the terminal by way of this node.
    state_[at(other)].parent = static_cast<std::uint8_t>(direction ^ 4);
    state_[at(other)].stamp = stamp;
    state_[at(other)].distance = distance + 1;
  }
  return {};
}

template <class T>
T SearchTrees<T>::augment(const Meeting& meeting) {
  const Node to = neighbour(meeting.from, meeting.direction);
  T& bridge = edges_[at(meeting.from)][at(meeting.direction)];
  T flow = bridge;
  Node node = meeting.from;
  for (int p = state_[at(node)].parent; p != kTerminal; p = state_[at(node)].parent) {
    const Node parent = neighbour(node, p);
    flow = std::min(flow, edges_[at(parent)][at(p ^ 4)]);
    node = parent;
  }
  flow = std::min(flow, excess_[at(node)]);
  node = to;
  for (int p = state_[at(node)].parent; p != kTerminal; p = state_[at(node)].parent) {
    flow = std::min(flow, edges_[at(node)][at(p)]);
    node = neighbour(node, p);
  }
  flow = std::min(flow, static_cast<T>(-excess_[at(node)]));

  bridge -= flow;
  edges_[at(to)][at(meeting.direction ^ 4)] += flow;
  node = meeting.from;
  for (int p = state_[at(node)].parent; p != kTerminal; p = state_[at(node)].parent) {
    const Node parent = neighbour(node, p);
    edges_[at(node)][at(p)] += flow;
    if ((edges_[at(parent)][at(p ^ 4)] -= flow) == 0)
      orphan(node);
    node = parent;
  }
  if ((excess_[at(node)] -= flow) == 0)
    orphan(node);
  node = to;
  for (int p = state_[at(node)].parent; p != kTerminal; p = state_[at(node)].parent) {
    const Node parent = neighbour(node, p);
    edges_[at(parent)][at(p ^ 4)] += flow;
    if ((edges_[at(node)][at(p)] -= flow) == 0)
      orphan(node);
    node = parent;
  }
  if ((excess_[at(node)] += flow) == 0)
    orphan(node);
  return flow;
}

template <class T>
void SearchTrees<T>::orphan(Node node) {
  state_[at(node)].parent = kOrphan;
  orphans_.push_back(node);
}

template <class T>
void SearchTrees<T>::adopt_orphans() {
  for (std::size_t i = 0; i < orphans_.size(); ++i) {
    if (state_[at(orphans_[i])].tree == kSource)
      adopt<true>(orphans_[i]);
    else
      adopt<false>(orphans_[i]);
  }
  orphans_.clear();
}

/// Edges from a node to the terminal at its root; kFar when the way ends in an orphan.
template <class T>
std::int32_t SearchTrees<T>::distance_to_terminal(Node node) const {
  for (std::int32_t distance = 0;; ++distance) {
    if (state_[at(node)].stamp == now_)
      return distance + state_[at(node)].distance;
    const int parent = state_[at(node)].parent;
    if (parent == kTerminal)
      return distance + 1;
    if (parent == kOrphan)
      return kFar;
    node = neighbour(node, parent);
  }
}

/// Notes the distances along the way to the terminal, so that later searches end early.
template <class T>
void SearchTrees<T>::mark_path(Node node, std::int32_t distance) {
  while (state_[at(node)].stamp != now_) {
    state_[at(node)].stamp = now_;
    state_[at(node)].distance = distance--;
    const int parent = state_[at(node)].parent;
    if (parent == kTerminal)
      return;
    node = neighbour(node, parent);
  }
}

/// Finds an orphan a new parent in its tree, the one nearest to the terminal, or makes it free.
template <class T>
template <bool FromSource>
void SearchTrees<T>::adopt(Node node) {
  constexpr Tree own = FromSource ? kSource : kSink;
  std::int32_t best = kFar;
  std::uint8_t best_parent = kNone;
  for (int direction = 0; direction < 8; ++direction) {
    const Node other = neighbour(node, direction);
    // Flow must run from the parent in the source's tree, to it in the sink's.
    if (state_[at(other)].tree != own || towards<!FromSource>(node, other, direction) == 0)
      continue;
    const std::int32_t distance = distance_to_terminal(other);
    if (distance == kFar)
      continue;
    mark_path(other, distance);
    if (distance < best) {
      best = distance;
      best_parent = static_cast<std::uint8_t>(direction);
    }
  }
  state_[at(node)].parent = best_parent;
  if (best_parent == kNone)
    return release<FromSource>(node);
  state_[at(node)].stamp = now_;
  state_[at(node)].distance = best + 1;
}

/// Makes a node free: its children become orphans, and neighbours that could reach it again search anew.
template <class T>
template <bool FromSource>
void SearchTrees<T>::release(Node node) {
  constexpr Tree own = FromSource ? kSource : kSink;
  state_[at(node)].tree = kFree;
  for (int direction = 0; direction < 8; ++direction) {
    const Node other = neighbour(node, direction);
    if (state_[at(other)].tree != own)
      continue;
    if (towards<!FromSource>(node, other, direction) != 0)
      activate(other);
    if (state_[at(other)].parent == (direction ^ 4))
      orphan(other);
  }
}

template class SearchTrees<std::int32_t>;
template class SearchTrees<std::int64_t>;

}  // namespace fovea
