#pragma once

#include <cstddef>

namespace fovea::test {

struct Allocations {
  std::size_t count = 0;
  std::size_t largest = 0;  ///< bytes
};

/// Whether this program can count: not with sanitizers, which have an allocator of their own.
bool can_count_allocations();

/// Counts the heap allocations of the whole process, in any thread, from `start_counting` to `stop_counting`.
void start_counting();
Allocations stop_counting();

}  // namespace fovea::test
