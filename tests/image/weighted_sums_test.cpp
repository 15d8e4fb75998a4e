#include "image/weighted_sums.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace fovea::test {
namespace {

std::vector<std::uint8_t> random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(count);
  // Black and white are the values at which sums are largest.
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>(random() % 4 == 0 ? 255 * (random() % 2) : random() % 256);
  return bytes;
}

/// Weights that add up to 1 as nearly as rounding allows, at random places.
ResizeFilter random_filter(std::int64_t source, std::int64_t samples, std::int64_t most, unsigned seed) {
  std::mt19937 random(seed);
  ResizeFilter filter(samples, most);
  for (std::int64_t i = 0; i < samples; ++i) {
    const auto count = 1 + static_cast<std::int64_t>(random()) % most;
    std::vector<double> shares(static_cast<std::size_t>(count));
    for (double& share : shares)
      share = 1 + static_cast<double>(random() % 1000);
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    std::vector<std::int32_t> weights;
    for (const double share : shares)
      weights.push_back(static_cast<std::int32_t>(share / sum * (1 << kWeightBits) + 0.5));
    filter.set(i,
               i + 1 == samples ? source - count : static_cast<std::int64_t>(random()) % (source - count + 1),
               weights);
  }
  return filter;
}

TEST(WeightedSums, keep_the_weights) {
  ResizeFilter filter(2, 3);
  filter.set(1, 5, std::vector<std::int32_t>{1 << kWeightBits, 4095, 4096});
  const Taps taps = filter.taps(1);
  EXPECT_EQ(taps.first, 5);
  EXPECT_EQ(std::vector<std::int32_t>(taps.weights.begin(), taps.weights.end()),
            (std::vector<std::int32_t>{1 << kWeightBits, 4095, 4096}));
  EXPECT_EQ(std::vector<std::uint32_t>(taps.high.begin(), taps.high.end()),
            (std::vector<std::uint32_t>{1024, 1}));
  EXPECT_EQ(std::vector<std::uint32_t>(taps.low.begin(), taps.low.end()),
            (std::vector<std::uint32_t>{4095U << 16, 0}));
}

TEST(WeightedSums, of_a_row_are_the_plain_ones) {
  for (const std::int64_t most : {1, 2, 3, 4, 7, 24}) {
    const std::int64_t pixels = 40;
    const std::vector<std::uint8_t> row = random_bytes(3 * pixels, static_cast<unsigned>(most));
    const ResizeFilter filter = random_filter(pixels, 29, most, 7);
    std::vector<std::uint8_t> fast(3 * 29), plain(3 * 29);
    filter_colour_row(row.data(), pixels, filter, fast.data());
    plain::filter_colour_row(row.data(), filter, plain.data());
    EXPECT_EQ(fast, plain) << most;
  }
}

TEST(WeightedSums, of_rows_are_the_plain_ones) {
  for (const std::int64_t width : {1, 15, 16, 17, 47, 100}) {
    const std::int64_t rows = 30;
    const std::vector<std::uint8_t> source =
        random_bytes(static_cast<std::size_t>(rows * width), static_cast<unsigned>(width));
    const ResizeFilter filter = random_filter(rows, 11, 9, 3);
    for (std::int64_t i = 0; i < filter.samples(); ++i) {
      std::vector<std::uint8_t> fast(static_cast<std::size_t>(width)), plain = fast;
      filter_rows(source.data(), width, filter.taps(i), width, fast.data());
      plain::filter_rows(source.data(), width, filter.taps(i), width, plain.data());
      EXPECT_EQ(fast, plain) << width << " " << i;
    }
  }
}

}  // namespace
}  // namespace fovea::test
