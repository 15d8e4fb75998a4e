#include "image/hartley.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace fovea {
namespace {

std::vector<float> noise(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values)
    value = normal(random);
  return values;
}

/// The sum of the definition.
double coefficient(const std::vector<float>& planes, std::int64_t first, std::int64_t H, std::int64_t W,
                   std::int64_t k, std::int64_t l) {
  double sum = 0;
  for (std::int64_t y = 0; y < H; ++y)
    for (std::int64_t x = 0; x < W; ++x) {
      const double t = 2 * std::numbers::pi *
                       (static_cast<double>(k * y) / static_cast<double>(H) +
                        static_cast<double>(l * x) / static_cast<double>(W));
      sum += planes[static_cast<std::size_t>(first + y * W + x)] * (std::cos(t) + std::sin(t));
    }
  return sum / std::sqrt(static_cast<double>(H * W));
}

struct Size {
  std::int64_t H, W;
};
constexpr Size kSizes[] = {{1, 1}, {1, 6}, {5, 1}, {4, 4}, {6, 9}, {7, 5}, {8, 10}};

TEST(Hartley, IsTheSumOfItsDefinition) {
  for (const auto& [H, W] : kSizes) {
    const std::vector<float> planes = noise(static_cast<std::size_t>(2 * H * W), 1);
    std::vector<float> transformed = planes;
    hartley_transform(transformed, H, W);
    for (std::int64_t c = 0, i = 0; c < 2; ++c)
      for (std::int64_t k = 0; k < H; ++k)
        for (std::int64_t l = 0; l < W; ++l, ++i)
          EXPECT_NEAR(transformed[static_cast<std::size_t>(i)], coefficient(planes, c * H * W, H, W, k, l),
                      2e-5)
              << H << "x" << W << " at " << k << ", " << l;
  }
}

TEST(Hartley, IsItsOwnInverseAndAdjoint) {
  for (const auto& [H, W] : kSizes) {
    const std::vector<float> x = noise(static_cast<std::size_t>(H * W), 2),
                             y = noise(static_cast<std::size_t>(H * W), 3);
    std::vector<float> fx = x, fy = y;
    hartley_transform(fx, H, W);
    hartley_transform(fy, H, W);
    double left = 0, right = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      left += static_cast<double>(fx[i]) * y[i];
      right += static_cast<double>(x[i]) * fy[i];
    }
    EXPECT_NEAR(left, right, 1e-5) << H << "x" << W;
    hartley_transform(fx, H, W);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(fx[i], x[i], 1e-5) << H << "x" << W;
  }
}

}  // namespace
}  // namespace fovea
