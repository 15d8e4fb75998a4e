#include "segment/search_trees.hpp"

#include "fovea/segment.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace fovea {
namespace {

constexpr std::size_t at(std::int32_t node) {
  return static_cast<std::size_t>(node);
}

constexpr std::uint8_t bit(int direction) {
  return static_cast<std::uint8_t>(1U << direction);
}

/// Four numbers that are worked on at once.
using Quad [[gnu::vector_size(16)]] = std::int32_t;

constexpr std::int32_t kNowhere = std::numeric_limits<std::int32_t>::max();

}  // namespace

template <class T>
SearchTrees<T>::SearchTrees(std::int64_t width, std::int64_t height) : stride_(width + 2) {
  const auto row = static_cast<Node>(stride_);
  offset_ = {1, row, row + 1, row - 1, -1, -row, -row - 1, -row + 1};
  const auto nodes = static_cast<std::size_t>(stride_ * (height + 2)) + 1;  // rows are read by fours
  edges_.assign(nodes, Capacities{});
  excess_.assign(nodes, 0);
  level_.assign(nodes, 0);
  parent_.assign(nodes, kNone);
}

template <class T>
std::int64_t SearchTrees<T>::run(std::int64_t limit) {
  std::fill(level_.begin(), level_.end(), 0);
  std::fill(parent_.begin(), parent_.end(), static_cast<std::uint8_t>(kNone));
  fronts_ = {};
  flow_ = 0;
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
  // First the path alone, with no wait for its capacities, which are far apart in memory. Levels are exact
  // while no orphan waits.
  Node root = from;
  Node end = from + offset[at(direction)];
  const std::size_t half = at(level_[at(root)] - 1);
  path_.resize(half + at(-level_[at(end)] - 1));
  for (std::size_t i = 0; i < half; ++i) {
    const int p = parents[root];
    root += offset[at(p)];
    path_[i] = {root, p ^ 4};
  }
  for (std::size_t i = half; i < path_.size(); ++i) {
    const int p = parents[end];
    path_[i] = {end, p};
    end += offset[at(p)];
  }
  T flow = std::min({edges[from][at(direction)], excess_[at(root)], static_cast<T>(-excess_[at(end)])});
  for (const Step& step : path_)
    flow = std::min(flow, edges[step.node][at(step.direction)]);

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
  const unsigned open = own == kSource ? open_[at(node)].to : open_[at(node)].from;
  const std::int32_t best = nearest<own>(node, open);
  const std::int32_t depth = best == kNowhere ? kNowhere : (best >> 3) + 2;
  const auto parent = static_cast<std::uint8_t>(best & 7);
  if (depth == (own == kSource ? level_[at(node)] : -level_[at(node)])) {
    parent_[at(node)] = parent;
    return;
  }
  for_each_child(node, [this](Node child) { orphan(own, child); });
  const bool kept = depth <= front.limit;
  parent_[at(node)] = kept ? parent : static_cast<std::uint8_t>(kNone);
  level_[at(node)] = !kept ? 0 : own == kSource ? depth : -depth;
  if (kept && depth == front.depth)
    front.active.push_back(node);
  else if (kept && depth == front.depth + 1)
    front.next.push_back(node);
}

/// The least of 8 (level - 1) + direction among a node's neighbours in a tree, in directions that are open;
/// kNowhere without any.
template <class T>
template <typename SearchTrees<T>::Tree own>
std::int32_t SearchTrees<T>::nearest(Node node, unsigned open) const {
  static_assert(kMaxImagePixels < std::int64_t{1} << 28, "a level and a direction fill 31 bits");
  // Three rows of four levels, the last of each for nothing; a shut direction has all bits set, or none when
  // it is open.
  const auto keys = [&](std::int64_t first, Quad directions, Quad bits) {
    Quad level;
    std::memcpy(&level, level_.data() + first, sizeof level);
    level = own == kSource ? level : -level;
    const Quad shut = (level <= 0) | ((bits & static_cast<std::int32_t>(open)) == 0);
    return (((level - 1) << 3 | directions) | shut) & kNowhere;
  };
  const Quad above = keys(node - stride_ - 1, Quad{6, 5, 7, 0}, Quad{64, 32, 128, 0});
  const Quad beside = keys(node - 1, Quad{4, 0, 0, 0}, Quad{16, 0, 1, 0});
  const Quad below = keys(node + stride_ - 1, Quad{3, 1, 2, 0}, Quad{8, 2, 4, 0});
  Quad least = above < beside ? above : beside;
  least = least < below ? least : below;
  return std::min(std::min(least[0], least[1]), std::min(least[2], least[3]));
}

template <class T>
template <class F>
void SearchTrees<T>::for_each_child(Node node, F&& f) {
  // Four parents at a time, as bytes of a word: those that point to the node become 0 by the exclusive or,
  // and the sum leaves their highest bit alone.
  const auto look = [&](std::int64_t first, std::uint32_t pointing) {
    std::uint32_t parents;
    std::memcpy(&parents, parent_.data() + first, sizeof parents);
    std::uint32_t found = ~((parents ^ pointing) + 0x7f7f7f7fU) & 0x80808080U;
    for (; found != 0; found &= found - 1)
      f(static_cast<Node>(first + std::countr_zero(found) / 8));
  };
  look(node - stride_ - 1, 0x7f030102U);
  look(node - 1, 0x7f047f00U);
  look(node + stride_ - 1, 0x7f060507U);
}

template class SearchTrees<std::int32_t>;
template class SearchTrees<std::int64_t>;

}  // namespace fovea
