#include "base/check.hpp"
#include "fovea/localize.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace fovea {
namespace {

/// The source of one value of the result: source values first, first + 1, ... with these weights.
struct Taps {
  std::size_t first = 0;
  std::vector<double> weights;
};

std::vector<Taps> taps_between(std::int64_t from, std::int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(scale, 1.0);
  std::vector<Taps> all;
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const std::int64_t first =
        std::clamp(static_cast<std::int64_t>(std::floor(centre - reach)), std::int64_t{0}, from - 1);
    const std::int64_t last =
        std::clamp(static_cast<std::int64_t>(std::ceil(centre + reach)), first + 1, from);
    Taps taps{static_cast<std::size_t>(first), {}};
    double sum = 0;
    for (std::int64_t j = first; j < last; ++j) {
      const double distance = std::abs(static_cast<double>(j) + 0.5 - centre) / reach;
      taps.weights.push_back(std::max(0.0, 1.0 - distance));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights)
      weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

}  // namespace

Tensor resize_map(const Tensor& map, std::int64_t width, std::int64_t height) {
  const std::vector<float> in = map_values(map, "the map");
  check_size(width, height);
  const std::int64_t in_height = map.shape()[0], in_width = map.shape()[1];
  const auto columns = static_cast<std::size_t>(in_width), wide = static_cast<std::size_t>(width);
  std::vector<double> rows(static_cast<std::size_t>(in_height) * wide);
  const std::vector<Taps> across = taps_between(in_width, width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(in_height); ++y)
    for (std::size_t x = 0; x < wide; ++x) {
      const Taps& taps = across[x];
      double sum = 0;
      for (std::size_t k = 0; k < taps.weights.size(); ++k)
        sum += taps.weights[k] * static_cast<double>(in[y * columns + taps.first + k]);
      rows[y * wide + x] = sum;
    }
  Tensor result(DType::F32, {height, width});
  auto out = result.data<float>();
  const std::vector<Taps> down = taps_between(in_height, height);
  std::vector<double> line(wide);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    const Taps& taps = down[y];
    std::fill(line.begin(), line.end(), 0.0);
    for (std::size_t k = 0; k < taps.weights.size(); ++k)
      for (std::size_t x = 0; x < wide; ++x)
        line[x] += taps.weights[k] * rows[(taps.first + k) * wide + x];
    for (std::size_t x = 0; x < wide; ++x)
      out[y * wide + x] = static_cast<float>(line[x]);
  }
  return result;
}

}  // namespace fovea
