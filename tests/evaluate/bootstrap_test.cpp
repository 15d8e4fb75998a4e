#include "fovea/measures.hpp"

#include "base/random.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace fovea::test {
namespace {

TEST(Random, IsSplitMix64) {
  // Vigna's reference program (splitmix64.c) from 1234567.
  Random random(1234567);
  EXPECT_EQ(random.bits(), 6457827717110365317U);
  EXPECT_EQ(random.bits(), 3203168211198807973U);
  EXPECT_EQ(random.bits(), 9817491932198370423U);
}

TEST(Random, DrawsWithoutReplacementAndEvenly) {
  Random random(3);
  std::vector<int> items(10);
  std::iota(items.begin(), items.end(), 0);
  std::vector<int> first(10, 0);
  for (int i = 0; i < 10000; ++i) {
    random.draw_to_front(items, 3);
    ++first[static_cast<std::size_t>(items[0])];
    std::vector<int> sorted = items;
    std::sort(sorted.begin(), sorted.end());
    for (int k = 0; k < 10; ++k)
      ASSERT_EQ(sorted[static_cast<std::size_t>(k)], k);
  }
  for (const int count : first)
    EXPECT_NEAR(count, 1000, 150);  // five standard deviations
}

TEST(Random, NormalHasItsMoments) {
  Random random(4);
  double sum = 0, squares = 0, fourth = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
    fourth += value * value * value * value;
  }
  EXPECT_NEAR(sum / count, 0, 0.02);
  EXPECT_NEAR(squares / count, 1, 0.03);
  EXPECT_NEAR(fourth / count, 3, 0.2);
}

/// All 3^3 equally likely samples of three values, so the exact distribution of the bootstrap's mean.
TEST(Bootstrap, ComesCloseToTheExactDistributionOfASmallSample) {
  const std::vector<double> values = {0, 1, 5};
  std::vector<double> means;
  for (const double a : values)
    for (const double b : values)
      for (const double c : values)
        means.push_back((a + b + c) / 3);
  std::sort(means.begin(), means.end());
  // The 10 % quantile of 27 equally likely means is the third (2.7th), the 90 % quantile the 25th.
  const MeanInterval found = bootstrap_mean(values, {200000, 0.8, 1});
  EXPECT_DOUBLE_EQ(found.mean, 2);
  EXPECT_DOUBLE_EQ(found.low, means[2]);
  EXPECT_DOUBLE_EQ(found.high, means[24]);
  EXPECT_EQ(found.count, 3);
}

TEST(Bootstrap, IsTheNormalIntervalForManyValues) {
  Random random(5);
  std::vector<double> values(2000);
  for (double& value : values)
    value = 3 + 2 * random.normal();
  const MeanInterval found = bootstrap_mean(values, {4000, 0.95, 2});
  double squares = 0;
  for (const double value : values)
    squares += (value - found.mean) * (value - found.mean);
  const double error = std::sqrt(squares) / static_cast<double>(values.size());
  EXPECT_NEAR(found.low, found.mean - 1.96 * error, 0.15 * error);
  EXPECT_NEAR(found.high, found.mean + 1.96 * error, 0.15 * error);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const std::vector<double> values = {1, 2, 3, 4, 7, 9.5};
  const MeanInterval a = bootstrap_mean(values), b = bootstrap_mean(values);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_NE(a.low, bootstrap_mean(values, {2000, 0.5, 0}).low);
}

TEST(Bootstrap, OfFewValues) {
  EXPECT_TRUE(std::isnan(bootstrap_mean({}).mean));
  const MeanInterval one = bootstrap_mean(std::vector<double>{4.0});
  EXPECT_EQ(one.low, 4);
  EXPECT_EQ(one.high, 4);
  EXPECT_THROW(bootstrap_mean(std::vector<double>{NAN}), InputError);
  EXPECT_THROW(bootstrap_mean(std::vector<double>{1.0}, {0, 0.95, 0}), InputError);
  EXPECT_THROW(bootstrap_mean(std::vector<double>{1.0}, {10, 1, 0}), InputError);
}

TEST(ControlMaps, TheCentrePriorIsAGaussianInTheMiddle) {
  const Tensor map = centre_prior(5, 7, 0.2);
  const auto values = map.data<float>();
  EXPECT_FLOAT_EQ(values[2 * 7 + 3], 1);
  // One row up is 1/5 of the height, a standard deviation; one column right 1/7 of the width.
  EXPECT_FLOAT_EQ(values[1 * 7 + 3], static_cast<float>(std::exp(-0.5)));
  EXPECT_FLOAT_EQ(values[2 * 7 + 4], static_cast<float>(std::exp(-0.5 / (1.4 * 1.4))));
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(values[i], values[values.size() - 1 - i]);
  EXPECT_THROW(centre_prior(5, 7, 0), InputError);
  EXPECT_THROW(centre_prior(0, 7), InputError);
}

TEST(ControlMaps, TheRandomMapIsUniformAndSeeded) {
  const Tensor map = random_map(100, 100, 7);
  double sum = 0, squares = 0;
  for (const float value : map.data<float>()) {
    EXPECT_TRUE(value >= 0 && value < 1);
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);
  EXPECT_NEAR(squares / 10000, 1.0 / 3, 0.015);
  EXPECT_TRUE(near(map, random_map(100, 100, 7), 0));
  EXPECT_FALSE(near(map, random_map(100, 100, 8), 0));
}

}  // namespace
}  // namespace fovea::test
