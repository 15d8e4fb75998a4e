#include "fovea/measures.hpp"

#include "base/check.hpp"
#include "evaluate/correlation.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace fovea {
namespace {

constexpr std::size_t kWindow = 11;
constexpr double kWindowDeviation = 1.5;

std::vector<double> read(const Tensor& map, MapValues kind) {
  const std::vector<float> values = map_values(map, "the map");
  std::vector<double> read(values.begin(), values.end());
  if (kind == MapValues::Magnitude)
    for (double& value : read)
      value = std::abs(value);
  return read;
}

void check_equal_shapes(const Tensor& a, const Tensor& b) {
  FOVEA_CHECK(a.shape() == b.shape(), "maps of {} and {} values cannot be compared", to_string(a.shape()),
              to_string(b.shape()));
}

/// From 1; equal values share the mean of their ranks.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]])
      ++end;
    for (std::size_t i = first; i < end; ++i)
      ranks[order[i]] = static_cast<double>(first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

void stretch(std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double offset = *low, range = *high - *low;
  for (double& value : values)
    value = range > 0 ? (value - offset) / range : 0;
}

std::array<double, kWindow> gaussian_window() {
  std::array<double, kWindow> window{};
  double sum = 0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double offset = (static_cast<double>(i) - static_cast<double>(kWindow / 2)) / kWindowDeviation;
    sum += window[i] = std::exp(-offset * offset / 2);
  }
  for (double& weight : window)
    weight /= sum;
  return window;
}

/// Means over the window at each place where it lies on the map: [H-10, W-10].
std::vector<double> window_means(const std::vector<double>& values, std::size_t height, std::size_t width) {
  const auto window = gaussian_window();
  const std::size_t places_across = width - kWindow + 1, places_down = height - kWindow + 1;
  std::vector<double> rows(height * places_across, 0.0), means(places_down * places_across, 0.0);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t k = 0; k < kWindow; ++k)
      for (std::size_t x = 0; x < places_across; ++x)
        rows[y * places_across + x] += window[k] * values[y * width + x + k];
  for (std::size_t y = 0; y < places_down; ++y)
    for (std::size_t k = 0; k < kWindow; ++k)
      for (std::size_t x = 0; x < places_across; ++x)
        means[y * places_across + x] += window[k] * rows[(y + k) * places_across + x];
  return means;
}

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> product(a.size());
  std::transform(a.begin(), a.end(), b.begin(), product.begin(), std::multiplies<>());
  return product;
}

}  // namespace

std::optional<double> correlation(std::span<const double> a, std::span<const double> b) {
  FOVEA_ASSERT(a.size() == b.size());
  if (a.size() < 2)
    return std::nullopt;
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double spread_a = 0, spread_b = 0, common = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double da = a[i] - mean_a, db = b[i] - mean_b;
    spread_a += da * da;
    spread_b += db * db;
    common += da * db;
  }
  if (!(spread_a > 0 && spread_b > 0))
    return std::nullopt;
  return std::clamp(common / (std::sqrt(spread_a) * std::sqrt(spread_b)), -1.0, 1.0);
}

std::optional<double> correlation_of(const std::vector<double>& a, const std::vector<double>& b,
                                     bool of_ranks) {
  return of_ranks ? correlation(ranks(a), ranks(b)) : correlation(a, b);
}

std::optional<double> gini_index(const Tensor& map) {
  std::vector<double> values = read(map, MapValues::Magnitude);
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double sum = 0, weighted = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    sum += values[k];
    weighted += values[k] * (count - static_cast<double>(k) - 0.5) / count;
  }
  if (sum == 0)
    return std::nullopt;
  return 1 - 2 * weighted / sum;
}

std::optional<double> histogram_entropy(const Tensor& map, std::int64_t bins) {
  FOVEA_CHECK(bins >= 1, "a histogram of {} bins: expected at least 1", bins);
  std::vector<double> values = read(map, MapValues::Signed);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high)
    return std::nullopt;
  stretch(values);
  std::vector<double> counts(static_cast<std::size_t>(bins), 0.0);
  for (const double value : values)
    ++counts[std::min(static_cast<std::size_t>(value * static_cast<double>(bins)), counts.size() - 1)];
  double entropy = 0;
  for (const double count : counts)
    if (count > 0) {
      const double share = count / static_cast<double>(values.size());
      entropy -= share * std::log(share);
    }
  return entropy;
}

std::optional<double> efficient_randomisation(std::optional<double> original,
                                              std::optional<double> randomised) {
  if (!original || !randomised || *original == 0)
    return std::nullopt;
  return (*randomised - *original) / *original;
}

bool same_map(const Tensor& a, const Tensor& b, double tolerance) {
  check_equal_shapes(a, b);
  const std::vector<double> x = read(a, MapValues::Signed), y = read(b, MapValues::Signed);
  const auto largest = [](const std::vector<double>& values) {
    double most = 0;
    for (const double value : values)
      most = std::max(most, std::abs(value));
    return most > 0 ? most : 1;
  };
  const double unit_x = largest(x), unit_y = largest(y);
  return std::equal(x.begin(), x.end(), y.begin(), [&](double one, double other) {
    return std::abs(one / unit_x - other / unit_y) <= tolerance;
  });
}

std::optional<double> rank_correlation(const Tensor& a, const Tensor& b, MapValues values) {
  check_equal_shapes(a, b);
  return correlation(ranks(read(a, values)), ranks(read(b, values)));
}

double structural_similarity(const Tensor& a, const Tensor& b, MapValues values) {
  check_equal_shapes(a, b);
  std::vector<double> x = read(a, values), y = read(b, values);
  const auto height = static_cast<std::size_t>(a.shape()[0]), width = static_cast<std::size_t>(a.shape()[1]);
  FOVEA_CHECK(height >= kWindow && width >= kWindow,
              "the structural similarity of maps of {} needs at least {} pixels a side", to_string(a.shape()),
              kWindow);
  stretch(x);
  stretch(y);
  const auto mean_x = window_means(x, height, width), mean_y = window_means(y, height, width);
  const auto mean_xx = window_means(product(x, x), height, width);
  const auto mean_yy = window_means(product(y, y), height, width);
  const auto mean_xy = window_means(product(x, y), height, width);
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  double sum = 0;
  for (std::size_t i = 0; i < mean_x.size(); ++i) {
    const double mx = mean_x[i], my = mean_y[i];
    const double variances = mean_xx[i] - mx * mx + mean_yy[i] - my * my;
    const double covariance = mean_xy[i] - mx * my;
    sum += (2 * mx * my + c1) * (2 * covariance + c2) / ((mx * mx + my * my + c1) * (variances + c2));
  }
  return sum / static_cast<double>(mean_x.size());
}

}  // namespace fovea
