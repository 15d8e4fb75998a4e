#pragma once

#include "segment/grid_cut.hpp"

#include <algorithm>
#include <cstdint>

namespace fovea {

/// Calls f(p, q) for every pixel p that has a neighbour q in the direction of GridEdge number `edge`, by
/// index, row by row.
template <class F>
void for_each_pair(std::int64_t width, std::int64_t height, std::size_t edge, F&& f) {
  const auto [dx, dy] = kGridSteps[edge];
  const std::int64_t first = std::max<std::int64_t>(0, -dx);
  const std::int64_t last = width - std::max<std::int64_t>(0, dx);
  for (std::int64_t y = 0; y + dy < height; ++y)
    for (std::int64_t x = first; x < last; ++x)
      f(y * width + x, (y + dy) * width + x + dx);
}

}  // namespace fovea
