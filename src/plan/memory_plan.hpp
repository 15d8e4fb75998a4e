#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea::plan {

/// One piece of memory with the steps during which it must not be shared, both ends included.
struct Lifetime {
  std::size_t bytes = 0;
  std::int32_t first = 0;
  std::int32_t last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  ///< the offset of each lifetime, a multiple of the alignment
  std::size_t total = 0;             ///< size of the arena
  std::size_t unshared = 0;          ///< the size without sharing
};

/// Places pieces of memory in one arena so that pieces alive at the same time do not overlap: largest first,
/// each into the tightest gap left by those already placed that live at the same time ("greedy by size" of
/// Pisarchyk & Lee 2020). Its time grows with the square of their number, so for more than 8192 pieces
/// plan_memory_by_time is used.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes, std::size_t alignment = 64);

/// Places pieces in the order in which their lifetimes begin, each in the smallest range that is free at that
/// time. Plans are somewhat larger, but their time is n log n.
MemoryPlan plan_memory_by_time(std::span<const Lifetime> lifetimes, std::size_t alignment = 64);

}  // namespace fovea::plan
