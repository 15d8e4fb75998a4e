#include "plan/memory_plan.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

namespace fovea::plan {
namespace {

bool overlap(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

/// Free ranges of the arena by offset; neighbours are joined.
class FreeRanges {
public:
  /// The offset of `bytes` in the smallest range that holds them; else at the end, which grows.
  std::size_t take(std::size_t bytes) {
    const auto fit = by_size_.lower_bound({bytes, 0});
    if (fit == by_size_.end()) {
      const std::size_t offset = end_;
      end_ += bytes;
      return offset;
    }
    const auto [size, offset] = *fit;
    remove(offset, size);
    if (size > bytes)
      insert(offset + bytes, size - bytes);
    return offset;
  }
  void give_back(std::size_t offset, std::size_t bytes) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + bytes) {
      bytes += next->second;
      remove(next->first, next->second);
    }
    next = by_offset_.lower_bound(offset);
    if (next != by_offset_.begin())
      if (const auto [before, size] = *std::prev(next); before + size == offset) {
        remove(before, size);
        offset = before;
        bytes += size;
      }
    insert(offset, bytes);
  }
  std::size_t end() const { return end_; }

private:
  void insert(std::size_t offset, std::size_t bytes) {
    by_offset_[offset] = bytes;
    by_size_.insert({bytes, offset});
  }
  void remove(std::size_t offset, std::size_t bytes) {
    by_offset_.erase(offset);
    by_size_.erase({bytes, offset});
  }

  std::map<std::size_t, std::size_t> by_offset_;
  std::set<std::pair<std::size_t, std::size_t>> by_size_;
  std::size_t end_ = 0;
};

/// Buffers up to which the better plan, whose time grows with their square, is made.
constexpr std::size_t kFew = 8192;

}  // namespace

MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, std::size_t alignment) {
  if (lifetimes.size() > kFew)
    return plan_memory_by_time(lifetimes, alignment);
  auto aligned = [&](std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; };
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });

  MemoryPlan plan{std::vector<std::size_t>(lifetimes.size(), 0), 0, 0};
  std::vector<std::size_t> placed;  // by ascending offset
  for (std::size_t piece : order) {
    const std::size_t bytes = aligned(lifetimes[piece].bytes);
    std::size_t best = 0, best_gap = std::numeric_limits<std::size_t>::max(), end = 0;
    for (std::size_t other : placed) {
      if (!overlap(lifetimes[piece], lifetimes[other]))
        continue;
      if (plan.offsets[other] >= end && plan.offsets[other] - end >= bytes &&
          plan.offsets[other] - end < best_gap) {
        best = end;
        best_gap = plan.offsets[other] - end;
      }
      end = std::max(end, plan.offsets[other] + aligned(lifetimes[other].bytes));
    }
    plan.offsets[piece] = best_gap == std::numeric_limits<std::size_t>::max() ? end : best;
    plan.total = std::max(plan.total, plan.offsets[piece] + bytes);
    plan.unshared += bytes;
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), piece,
                         [&](std::size_t a, std::size_t b) { return plan.offsets[a] < plan.offsets[b]; }),
        piece);
  }
  return plan;
}

MemoryPlan plan_memory_by_time(std::span<const Lifetime> lifetimes, std::size_t alignment) {
  const auto aligned = [&](std::size_t i) {
    return (lifetimes[i].bytes + alignment - 1) / alignment * alignment;
  };
  std::vector<std::size_t> by_begin(lifetimes.size());
  std::iota(by_begin.begin(), by_begin.end(), std::size_t{0});
  std::vector<std::size_t> by_end = by_begin;
  std::stable_sort(by_begin.begin(), by_begin.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].first < lifetimes[b].first; });
  std::stable_sort(by_end.begin(), by_end.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].last < lifetimes[b].last; });
  MemoryPlan plan{std::vector<std::size_t>(lifetimes.size(), 0), 0, 0};
  FreeRanges free;
  auto ending = by_end.begin();
  for (std::size_t piece : by_begin) {
    for (; lifetimes[*ending].last < lifetimes[piece].first; ++ending)
      if (aligned(*ending) > 0)
        free.give_back(plan.offsets[*ending], aligned(*ending));
    if (aligned(piece) > 0)
      plan.offsets[piece] = free.take(aligned(piece));
    plan.unshared += aligned(piece);
  }
  plan.total = free.end();
  return plan;
}

}  // namespace fovea::plan
