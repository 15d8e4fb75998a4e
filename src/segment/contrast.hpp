#pragma once

#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "segment/grid_cut.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea {

/// |I_p - I_q|^2 over the channels of an RGB picture, for two pixels given by index.
inline std::int32_t squared_difference(const Image& rgb, std::int64_t p, std::int64_t q) {
  const std::uint8_t* a = rgb.pixels.data() + 3 * p;
  const std::uint8_t* b = rgb.pixels.data() + 3 * q;
  const std::int32_t red = a[0] - b[0];
  const std::int32_t green = a[1] - b[1];
  const std::int32_t blue = a[2] - b[2];
  return red * red + green * green + blue * blue;
}

/// Number of GridEdges a pixel of this neighbourhood has.
inline std::size_t edge_count(Neighbourhood neighbourhood) {
  return neighbourhood == Neighbourhood::Four ? 2 : 4;
}

/// The mean of |I_p - I_q|^2 over all pairs of neighbours; 0 for a single pixel.
double mean_squared_difference(const Image& rgb, Neighbourhood neighbourhood);

/// The cost of different labels of a pixel and its neighbour, by GridEdge; 0 if the edge leaves the picture.
/// Edges that the neighbourhood does not have are empty.
using EdgeWeights = std::array<std::vector<float>, 4>;
EdgeWeights edge_weights(const Image& rgb, const SegmentOptions& options);

}  // namespace fovea
