#include "fovea/error.hpp"
#include "fovea/localize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace fovea::test {
namespace {

Tensor map_of(const Shape& shape, const std::vector<float>& values) {
  return Tensor::from<float>(shape, values);
}

std::vector<float> some_values(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::exponential_distribution<float> draw(3);
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), [&] { return draw(generator); });
  values[3] = 0;
  return values;
}

/// The documented formula, value by value.
double slow_log_odds(const std::vector<float>& values, std::size_t i, const PriorOptions& options) {
  double sum = 0, squares = 0;
  for (const float v : values) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  const double floor = sum / static_cast<double>(values.size()) / 50;
  const double value = std::max<double>(values[i], floor);
  const double odds = options.steepness * std::log(value * sum / (options.level * squares));
  return std::min(8.0, std::max(-8.0, odds));
}

TEST(ObjectLogOdds, FollowTheFormula) {
  const std::vector<float> values = some_values(60, 1);
  for (const PriorOptions& options : {PriorOptions{}, PriorOptions{.steepness = 5, .level = 1.5}}) {
    const Tensor odds = object_log_odds(map_of({6, 10}, values), options);
    ASSERT_EQ(odds.shape(), (Shape{6, 10}));
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(odds.data<float>()[i], slow_log_odds(values, i, options), 1e-5) << i;
  }
}

TEST(ObjectLogOdds, DoNotChangeWithTheScaleOfTheMap) {
  std::vector<float> values = some_values(40, 2);
  const Tensor odds = object_log_odds(map_of({5, 8}, values));
  for (float& value : values)
    value *= 1e-12F;
  const Tensor same = object_log_odds(map_of({5, 8}, values));
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(odds.data<float>()[i], same.data<float>()[i], 1e-4);
}

TEST(ObjectLogOdds, RefuseWhatTellsNothing) {
  EXPECT_THROW(object_log_odds(map_of({1, 1}, {0})), InputError);
  EXPECT_THROW(object_log_odds(map_of({1, 2}, {1, -1})), InputError);
  EXPECT_THROW(object_log_odds(map_of({1, 2}, {1, std::numeric_limits<float>::quiet_NaN()})), InputError);
  EXPECT_THROW(object_log_odds(map_of({1, 2}, {1, 2}), {.steepness = 0}), InputError);
  EXPECT_THROW(object_log_odds(map_of({1, 2}, {1, 2}), {.level = 0}), InputError);
  EXPECT_THROW(object_log_odds(map_of({2}, {1, 2})), InputError);
  // A single pixel, and a map of equal values, are as they should be: at odds of 1 / level everywhere.
  const Tensor one = object_log_odds(map_of({1, 1}, {5}));
  EXPECT_NEAR(one.data<float>()[0], 2 * std::log(1 / 0.75), 1e-5);
}

TEST(MultiplyMaps, IsTheGeometricMeanOfMapsOverTheirMeans) {
  const std::vector<float> a = some_values(30, 3), b = some_values(30, 4);
  const Tensor product = multiply_maps(std::vector{map_of({5, 6}, a), map_of({5, 6}, b)});
  const auto mean = [](const std::vector<float>& v) { return std::accumulate(v.begin(), v.end(), 0.0) / 30; };
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(product.data<float>()[i], std::sqrt((a[i] / mean(a) + 0.02) * (b[i] / mean(b) + 0.02)), 1e-5);
}

TEST(MultiplyMaps, LeavesOutMapsThatAreEqualEverywhere) {
  const Tensor map = map_of({2, 2}, {1, 2, 3, 4}), flat = map_of({2, 2}, {7, 7, 7, 7});
  const Tensor left = multiply_maps(std::vector{flat, map});
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(left.data<float>()[i], map.data<float>()[i]);
  EXPECT_THROW(multiply_maps(std::vector{flat, flat}), InputError);
  EXPECT_THROW(multiply_maps({}), InputError);
  EXPECT_THROW(multiply_maps(std::vector{map, map_of({4, 1}, {1, 2, 3, 4})}), InputError);
  EXPECT_THROW(multiply_maps(std::vector{map, map_of({2, 2}, {1, 2, 3, -4})}), InputError);
}

}  // namespace
}  // namespace fovea::test
