#include "segment/contrast.hpp"

#include "segment/grid_walk.hpp"

#include <cmath>

namespace fovea {

double mean_squared_difference(const Image& rgb, Neighbourhood neighbourhood) {
  std::int64_t sum = 0;
  std::int64_t pairs = 0;
  for (std::size_t e = 0; e < edge_count(neighbourhood); ++e)
    for_each_pair(rgb.width, rgb.height, e, [&](std::int64_t p, std::int64_t q) {
      sum += squared_difference(rgb, p, q);
      ++pairs;
    });
  return pairs == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(pairs);
}

EdgeWeights edge_weights(const Image& rgb, const SegmentOptions& options) {
  const double mean = mean_squared_difference(rgb, options.neighbourhood);
  const double beta = mean > 0 ? options.contrast / (2 * mean) : 0.0;
  // Squared differences are whole and mostly small: one exponential for each that can be told from zero.
  constexpr std::int64_t largest = 3 * 255 * 255;
  constexpr double nothing = 60;
  const auto entries =
      static_cast<std::size_t>(beta * largest > nothing ? std::ceil(nothing / beta) : largest) + 1;
  std::vector<float> table(entries);
  for (std::size_t i = 0; i < entries; ++i)
    table[i] = static_cast<float>(options.smoothness * std::exp(-beta * static_cast<double>(i)));

  EdgeWeights weights;
  const auto size = static_cast<std::size_t>(rgb.width * rgb.height);
  for (std::size_t e = 0; e < edge_count(options.neighbourhood); ++e) {
    std::vector<float>& out = weights[e];
    out.assign(size, 0.0F);
    const float nearness = e < 2 ? 1.0F : 0.70710678F;
    for_each_pair(rgb.width, rgb.height, e, [&](std::int64_t p, std::int64_t q) {
      const auto difference = static_cast<std::size_t>(squared_difference(rgb, p, q));
      out[static_cast<std::size_t>(p)] = difference < entries ? nearness * table[difference] : 0.0F;
    });
  }
  return weights;
}

}  // namespace fovea
