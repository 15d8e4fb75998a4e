#pragma once

#include <atomic>
#include <cstdint>

namespace fovea {

/// Counters of expensive work in this process, with which tests show that nothing is done twice. They
/// influence nothing.
struct WorkCounts {
  std::atomic<std::uint64_t> decoded_pictures = 0;
  std::atomic<std::uint64_t> framed_photos = 0;
  std::atomic<std::uint64_t> forward_passes = 0;   ///< runs of a batch
  std::atomic<std::uint64_t> backward_passes = 0;  ///< runs of a batch, whatever the number of passes in it
};

inline WorkCounts& work_counts() {
  static WorkCounts counts;
  return counts;
}

}  // namespace fovea
