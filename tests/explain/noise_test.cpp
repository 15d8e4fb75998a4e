#include "explain/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace fovea {
namespace {

using Words = std::array<std::uint32_t, 4>;

/// The known answers that Random123, the paper's own library, comes with.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t all = 0xffffffff;
  EXPECT_EQ(philox({all, all, all, all}, {all, all}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

std::vector<float> normals(std::size_t count, std::uint64_t key, std::uint64_t stream) {
  std::vector<float> values(count);
  add_normal_noise(std::vector<float>(count, 0), 1, key, stream, values);
  return values;
}

/// Box and Muller's numbers in double from the same words.
TEST(Noise, IsBoxAndMullersTransform) {
  const auto uniform = [](std::uint32_t bits) { return ((bits >> 8U) + 1) * 0x1p-24; };
  const std::vector<float> found = normals(2048, 0x123456789abcdef0, 3);
  for (std::uint32_t k = 0; k < 512; ++k) {
    const Words words = philox({k, 0, 3, 0}, {0x9abcdef0, 0x12345678});
    const std::size_t at = k / 256 * 1024 + k % 256;
    for (std::size_t pair = 0; pair < 2; ++pair) {
      const double radius = std::sqrt(-2 * std::log(uniform(words[2 * pair]))),
                   angle = 2 * M_PI * uniform(words[2 * pair + 1]);
      EXPECT_NEAR(found[at + 512 * pair], radius * std::cos(angle), 1e-5);
      EXPECT_NEAR(found[at + 512 * pair + 256], radius * std::sin(angle), 1e-5);
    }
  }
}

/// Kolmogorov and Smirnov's test, and moments, of a million values.
TEST(Noise, IsStandardNormal) {
  std::vector<float> values = normals(1'000'000, 7, 0);
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double worst = 0, mean = 0, square = 0, fourth = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = values[i];
    const double normal = 0.5 * std::erfc(-x / std::sqrt(2.0));
    worst = std::max(worst, std::abs(normal - (static_cast<double>(i) + 0.5) / n));
    mean += x / n;
    square += x * x / n;
    fourth += x * x * x * x / n;
  }
  EXPECT_LT(worst, 1.63 / std::sqrt(n));  // one in a hundred sets of truly normal numbers is worse
  EXPECT_NEAR(mean, 0, 4 / std::sqrt(n));
  EXPECT_NEAR(square, 1, 4 * std::sqrt(2 / n));
  EXPECT_NEAR(fourth, 3, 4 * std::sqrt(96 / n));
}

TEST(Noise, OfOtherKeysAndStreamsIsIndependent) {
  constexpr std::size_t n = 100'000;
  const std::vector<float> one = normals(n, 1, 0);
  for (const auto& other : {normals(n, 1, 1), normals(n, 2, 0), normals(n, 1, std::uint64_t{1} << 32U),
                            normals(n, std::uint64_t{1} << 32U, 0)})
    EXPECT_LT(std::abs(std::inner_product(one.begin(), one.end(), other.begin(), 0.0)) / n, 4 / std::sqrt(n));
  for (const std::size_t shift : {1U, 256U, 512U, 1024U})
    EXPECT_LT(std::abs(std::inner_product(one.begin() + static_cast<std::ptrdiff_t>(shift), one.end(),
                                          one.begin(), 0.0)) /
                  n,
              4 / std::sqrt(n));
}

TEST(Noise, IsAddedToAnyNumberOfValues) {
  const std::vector<float> all = normals(3000, 5, 2);
  for (const std::size_t count : {1U, 255U, 1024U, 1025U, 2999U}) {
    std::vector<float> x(count, 10), found(count);
    add_normal_noise(x, 0.5F, 5, 2, found);
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_EQ(found[i], 10 + 0.5F * all[i]) << count << " " << i;
  }
}

}  // namespace
}  // namespace fovea
