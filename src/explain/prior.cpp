#include "fovea/localize.hpp"

#include "base/check.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace fovea {
namespace {

/// The share of a map's mean below which its values tell nothing any more.
constexpr double kFloor = 0.02;

void check_not_negative(const std::vector<float>& values) {
  for (const float value : values)
    FOVEA_CHECK(value >= 0, "the map has a value of {}: expected at least 0", value);
}

double sum_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values)
    sum += value;
  return sum;
}

Tensor tensor_of(const std::vector<float>& values, const Shape& shape) {
  Tensor tensor(DType::F32, shape);
  std::copy(values.begin(), values.end(), tensor.data<float>().begin());
  return tensor;
}

}  // namespace

Tensor object_log_odds(const Tensor& map, const PriorOptions& options) {
  FOVEA_CHECK(options.steepness > 0 && options.steepness <= 1e3, "a steepness of {} nats: expected 0..1000",
              options.steepness);
  FOVEA_CHECK(options.level > 0 && options.level <= 1e3,
              "even odds at {} of the map's mean: expected more than 0, at most 1000", options.level);
  const std::vector<float> values = map_values(map, "the map");
  check_not_negative(values);
  const double sum = sum_of(values);
  FOVEA_CHECK(sum > 0, "a map that is 0 everywhere cannot show an object");
  double squares = 0;
  for (const float value : values)
    squares += static_cast<double>(value) * value;
  const double even = options.level * squares / sum;
  const double floor = kFloor * sum / static_cast<double>(values.size());
  Tensor odds(DType::F32, map.shape());
  std::transform(values.begin(), values.end(), odds.data<float>().begin(), [&](float value) {
    const double nats = options.steepness * std::log(std::max<double>(value, floor) / even);
    return static_cast<float>(std::clamp(nats, -kMaxLogOdds, kMaxLogOdds));
  });
  return odds;
}

double otsu_threshold(const Tensor& map) {
  std::vector<float> values = map_values(map, "the map");
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  const double sum = sum_of(values);
  double below = 0, largest = 0, threshold = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    below += values[i - 1];
    const auto n = static_cast<double>(i);
    const double apart = below / n - (sum - below) / (count - n);
    const double variance = n * (count - n) * apart * apart;
    if (values[i] > values[i - 1] && variance > largest) {
      largest = variance;
      threshold = (static_cast<double>(values[i - 1]) + values[i]) / 2;
    }
  }
  FOVEA_CHECK(largest > 0, "a map without contrast has no two kinds of pixels");
  return threshold;
}

Tensor multiply_maps(std::span<const Tensor> maps) {
  FOVEA_CHECK(!maps.empty(), "there is no map");
  std::vector<std::vector<float>> telling;
  float flat = 0;
  for (const Tensor& map : maps) {
    std::vector<float> values = map_values(map, "the map");
    FOVEA_CHECK(map.shape() == maps.front().shape(), "maps of {} and {}: expected one size",
                to_string(maps.front().shape()), to_string(map.shape()));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    flat = *low;
    if (*low < *high)
      telling.push_back(std::move(values));
  }
  FOVEA_CHECK(!telling.empty(), "a map without contrast gives no seeds: all its values are {}", flat);
  if (telling.size() == 1)
    return tensor_of(telling.front(), maps.front().shape());
  std::vector<float> product(telling.front().size(), 0.0F);
  for (const std::vector<float>& values : telling) {
    check_not_negative(values);
    const double mean = sum_of(values) / static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      product[i] += static_cast<float>(std::log(values[i] / mean + kFloor));
  }
  for (float& value : product)
    value = std::exp(value / static_cast<float>(telling.size()));
  return tensor_of(product, maps.front().shape());
}

}  // namespace fovea
