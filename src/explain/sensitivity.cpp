#include "explain/sensitivity.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

/// 0 if all values are equal.
double median_distance(std::span<const double> values) {
  std::vector<float> distances;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (values[i] != values[k])
        distances.push_back(static_cast<float>(std::abs(values[i] - values[k])));
  if (distances.empty())
    return 0;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return static_cast<double>(*middle);
}

}  // namespace

std::vector<double> total_sobol_indices(std::span<const double> values, std::size_t inputs) {
  const std::size_t row = inputs + 1, points = values.size() / row;
  FOVEA_ASSERT(points >= 2 && values.size() == points * row);
  double mean = 0, variance = 0;
  for (std::size_t p = 0; p < points; ++p)
    mean += values[p * row] / static_cast<double>(points);
  for (std::size_t p = 0; p < points; ++p)
    variance += (values[p * row] - mean) * (values[p * row] - mean) / static_cast<double>(points - 1);
  std::vector<double> indices(inputs, 0);
  if (variance == 0)
    return indices;
  for (std::size_t p = 0; p < points; ++p)
    for (std::size_t i = 0; i < inputs; ++i) {
      const double change = values[p * row] - values[p * row + 1 + i];
      indices[i] += change * change / (2 * static_cast<double>(points) * variance);
    }
  return indices;
}

std::vector<double> hsic_of_binary(std::span<const std::uint8_t> inputs, std::span<const double> outputs) {
  const std::size_t samples = outputs.size(), count = inputs.size() / samples;
  FOVEA_ASSERT(samples >= 2 && inputs.size() == samples * count);
  std::vector<double> result(count, 0);
  const double width = median_distance(outputs);
  if (width == 0)
    return result;
  // With s = 2 x - 1, K = (1 + s s') / 2, and the constant is lost in the centring: tr(K H L H) is half of
  // s' H L H s = s' L s - 2 (1' s) (s' L 1) / n + (1' s)^2 (1' L 1) / n^2.
  std::vector<double> kernel(samples), ones(count, 0), with_ones(count, 0), along(count);
  double all = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t k = 0; k < samples; ++k) {
      const double distance = (outputs[i] - outputs[k]) / width;
      kernel[k] = std::exp(-distance * distance / 2);
    }
    const double row = std::accumulate(kernel.begin(), kernel.end(), 0.0);
    std::fill(along.begin(), along.end(), -row);
    for (std::size_t k = 0; k < samples; ++k)
      for (std::size_t c = 0; c < count; ++c)
        along[c] += 2 * kernel[k] * inputs[k * count + c];
    for (std::size_t c = 0; c < count; ++c) {
      const double sign = inputs[i * count + c] != 0 ? 1 : -1;
      result[c] += sign * along[c];
      with_ones[c] += sign * row;
      ones[c] += sign;
    }
    all += row;
  }
  const auto n = static_cast<double>(samples);
  for (std::size_t c = 0; c < count; ++c) {
    const double centred = result[c] - 2 * ones[c] * with_ones[c] / n + ones[c] * ones[c] * all / (n * n);
    result[c] = std::max(centred / (2 * (n - 1) * (n - 1)), 0.0);
  }
  return result;
}

}  // namespace fovea
