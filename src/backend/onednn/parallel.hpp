#pragma once

#include "base/ceil_div.hpp"

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace fovea::backend::onednn_detail {

/// Elements that one thread takes at least: less is not worth waking another for.
inline constexpr std::int64_t kGrain = 1 << 13;

/// Runs `part(begin, end)` over [0, count) on the threads of the run. A thread takes at least `grain` of the
/// items, and parts begin at multiples of `step`.
template <class Part>
void share(std::int64_t count, std::int64_t grain, std::int64_t step, const Part& part) {
  const auto threads = std::min<std::int64_t>(omp_get_max_threads(), ceil_div(count, grain));
  if (threads <= 1)
    return part(std::int64_t{0}, count);
  const int team = static_cast<int>(threads);
  const std::int64_t each = ceil_div(ceil_div(count, threads), step) * step;
#pragma omp parallel for num_threads(team) schedule(static)
  for (std::int64_t t = 0; t < threads; ++t)
    if (t * each < count)
      part(t * each, std::min(count, (t + 1) * each));
}

/// The same for elements; parts begin at multiples of 512.
template <class Part>
void share(std::int64_t count, const Part& part) {
  share(count, kGrain, 512, part);
}

/// The same for rows of so many elements.
template <class Part>
void share_rows(std::int64_t rows, std::int64_t row_elements, const Part& part) {
  share(rows, std::max<std::int64_t>(kGrain / std::max<std::int64_t>(row_elements, 1), 1), 1, part);
}

}  // namespace fovea::backend::onednn_detail
