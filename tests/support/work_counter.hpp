#pragma once

#include "base/work_counts.hpp"

#include <cstdint>
#include <ostream>

namespace fovea::test {

/// The amounts of the most expensive kinds of work that some code did.
struct CountedWork {
  std::uint64_t decoded, framed, forward, backward;
  bool operator==(const CountedWork&) const = default;
};

inline void PrintTo(const CountedWork& counts, std::ostream* out) {
  *out << counts.decoded << " decoded, " << counts.framed << " framed, " << counts.forward << " forward, "
       << counts.backward << " backward";
}

template <class Work>
CountedWork counts_of(const Work& work) {
  const auto now = [] {
    const WorkCounts& all = work_counts();
    return CountedWork{all.decoded_pictures, all.framed_photos, all.forward_passes, all.backward_passes};
  };
  const CountedWork before = now();
  work();
  const CountedWork after = now();
  return {after.decoded - before.decoded, after.framed - before.framed, after.forward - before.forward,
          after.backward - before.backward};
}

}  // namespace fovea::test
