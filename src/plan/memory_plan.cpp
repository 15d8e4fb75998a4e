#include "plan/memory_plan.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fovea::plan {
namespace {

bool overlap(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, std::size_t alignment) {
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

}  // namespace fovea::plan
