#include "fovea/measures.hpp"

#include "base/csv.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <vector>

namespace fovea::test {
namespace {

/// The formula of tools/make_map_goldens.py.
Tensor pattern(std::int64_t height, std::int64_t width, std::int64_t seed, std::int64_t levels) {
  Tensor map(DType::F64, {height, width});
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      map.data<double>()[static_cast<std::size_t>(y * width + x)] = static_cast<double>(
          (x * x * 7 + y * 13 + x * y * (seed + 3) + seed * 50) / (seed + 4) % levels - levels / 3);
  return map;
}

/// Chalasani 2020 by its other definition: half the mean difference of all pairs over the mean.
double gini_by_pairs(const Tensor& map) {
  const Tensor wide = map.cast(DType::F64);
  const auto values = wide.data<double>();
  double differences = 0, sum = 0;
  for (const double a : values) {
    sum += std::abs(a);
    for (const double b : values)
      differences += std::abs(std::abs(a) - std::abs(b));
  }
  return differences / (2 * static_cast<double>(values.size()) * sum);
}

TEST(GiniIndex, ByHand) {
  EXPECT_DOUBLE_EQ(*gini_index(f32({2, 2}, {0, 0, 0, 5})), 0.75);
  EXPECT_DOUBLE_EQ(*gini_index(f32({2, 2}, {3, -3, 3, -3})), 0);
  // (1, 3): 1 - 2 (1/4 * 3/4 + 3/4 * 1/4)
  EXPECT_DOUBLE_EQ(*gini_index(f32({1, 2}, {3, 1})), 0.25);
  EXPECT_FALSE(gini_index(f32({1, 2}, {0, 0})));
}

TEST(GiniIndex, IsHalfTheRelativeMeanDifference) {
  for (const std::int64_t levels : {3, 17, 251}) {
    const Tensor map = pattern(13, 9, 2, levels);
    EXPECT_NEAR(*gini_index(map), gini_by_pairs(map), 1e-12);
  }
}

TEST(MapComparison, AsScipyAndSkimageSay) {
  std::ifstream file(FOVEA_TEST_DATA "/maps/comparison.csv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  int pairs = 0;
  for (std::size_t number = 2; std::getline(file, line); ++number, ++pairs) {
    const auto fields = split_csv(line, number, "comparison.csv");
    const auto whole = [&](std::size_t i) { return static_cast<std::int64_t>(std::stoll(fields[i])); };
    const Tensor a = pattern(whole(0), whole(1), whole(2), whole(4));
    const Tensor b = pattern(whole(0), whole(1), whole(3), whole(4));
    EXPECT_NEAR(*rank_correlation(a, b), std::stod(fields[5]), 1e-10) << line;
    EXPECT_NEAR(*rank_correlation(a, b, MapValues::Magnitude), std::stod(fields[6]), 1e-10) << line;
    EXPECT_NEAR(structural_similarity(a, b), std::stod(fields[7]), 1e-9) << line;
    EXPECT_NEAR(structural_similarity(a, b, MapValues::Magnitude), std::stod(fields[8]), 1e-9) << line;
  }
  EXPECT_EQ(pairs, 36);
}

TEST(RankCorrelation, ByHand) {
  // Ranks 1, 2.5, 2.5, 4 against 2, 1, 3, 4; deviations -1.5 0 0 1.5 and -0.5 -1.5 0.5 1.5.
  EXPECT_NEAR(*rank_correlation(f32({2, 2}, {0, 5, 5, 9}), f32({2, 2}, {2, 1, 3, 40})),
              3.0 / std::sqrt(4.5 * 5.0), 1e-12);
  EXPECT_DOUBLE_EQ(*rank_correlation(f32({1, 3}, {1, 2, 3}), f32({1, 3}, {3, 2, -1})), -1);
  EXPECT_FALSE(rank_correlation(f32({1, 2}, {1, 1}), f32({1, 2}, {1, 2})));
}

TEST(RankCorrelation, SeesOrderOnly) {
  const Tensor a = pattern(11, 12, 1, 17);
  Tensor grown = a.clone();
  for (double& value : grown.data<double>())
    value = std::exp(value / 5) - 3;
  EXPECT_DOUBLE_EQ(*rank_correlation(a, a), 1);
  EXPECT_DOUBLE_EQ(*rank_correlation(a, grown), 1);
  EXPECT_LT(std::abs(*rank_correlation(random_map(60, 60, 1), random_map(60, 60, 2))), 0.05);
}

TEST(StructuralSimilarity, OfAMapWithItselfAndWithAnotherScaleIsOne) {
  const Tensor a = pattern(20, 15, 3, 251);
  Tensor scaled = a.clone();
  for (double& value : scaled.data<double>())
    value = 4 * value + 7;
  EXPECT_DOUBLE_EQ(structural_similarity(a, a), 1);
  EXPECT_NEAR(structural_similarity(a, scaled), 1, 1e-6);
  const Tensor b = pattern(20, 15, 4, 251);
  EXPECT_DOUBLE_EQ(structural_similarity(a, b), structural_similarity(b, a));
  EXPECT_DOUBLE_EQ(structural_similarity(Tensor(DType::F32, {11, 11}), Tensor(DType::F32, {11, 11})), 1);
}

TEST(MapComparison, RefusesWhatCannotBeCompared) {
  const Tensor small(DType::F32, {10, 20}), turned(DType::F32, {20, 10});
  EXPECT_THROW(rank_correlation(small, turned), InputError);
  EXPECT_THROW(structural_similarity(small, turned), InputError);
  EXPECT_THROW(structural_similarity(small, small), InputError);
  EXPECT_THROW(gini_index(Tensor(DType::F32, {1, 2, 3})), InputError);
  EXPECT_THROW(gini_index(f32({1, 2}, {1, NAN})), InputError);
}

TEST(SameMap, DoesNotCountFactorsAndRounding) {
  const Tensor a = random_map(8, 8, 1);
  Tensor b = a.clone();
  for (float& value : b.data<float>())
    value *= 3;
  EXPECT_TRUE(same_map(a, b));
  b.data<float>()[5] += 0.01F;
  EXPECT_FALSE(same_map(a, b));
  EXPECT_TRUE(same_map(a, b, 0.01));
  for (float& value : b.data<float>())
    value *= -1;
  EXPECT_FALSE(same_map(a, b));
  const Tensor zero(DType::F32, {8, 8});
  EXPECT_TRUE(same_map(zero, zero));
  EXPECT_THROW((void)same_map(a, random_map(8, 9, 1)), InputError);
}

TEST(HistogramEntropy, OfEquallyAndOfUnequallyFilledBins) {
  Tensor ramp(DType::F32, {10, 10});
  for (std::size_t i = 0; i < 100; ++i)
    ramp.data<float>()[i] = static_cast<float>(i);
  EXPECT_NEAR(*histogram_entropy(ramp, 10), std::log(10.0), 1e-9);
  EXPECT_NEAR(*histogram_entropy(ramp, 1), 0, 1e-12);
  Tensor one(DType::F32, {10, 10});
  one.data<float>()[3] = 5;
  EXPECT_NEAR(*histogram_entropy(one), -0.01 * std::log(0.01) - 0.99 * std::log(0.99), 1e-9);
  EXPECT_FALSE(histogram_entropy(Tensor(DType::F32, {4, 4})));
  EXPECT_THROW((void)histogram_entropy(ramp, 0), InputError);
  EXPECT_DOUBLE_EQ(*efficient_randomisation(2.0, 3.0), 0.5);
  EXPECT_FALSE(efficient_randomisation(2.0, std::nullopt));
  EXPECT_FALSE(efficient_randomisation(0.0, 1.0));
}

}  // namespace
}  // namespace fovea::test
