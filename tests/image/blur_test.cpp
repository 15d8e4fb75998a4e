#include "image/blur.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace fovea {
namespace {

/// The weighted mean over a square window, written from the formula of the normal density.
std::vector<double> slow_blur(const std::vector<float>& plane, std::int64_t H, std::int64_t W, double sigma) {
  const auto radius = static_cast<std::int64_t>(std::ceil(3 * sigma));
  auto mirrored = [](std::int64_t i, std::int64_t n) {
    while (i < 0 || i >= n)
      i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
  };
  std::vector<double> blurred;
  for (std::int64_t y = 0; y < H; ++y)
    for (std::int64_t x = 0; x < W; ++x) {
      double sum = 0, weights = 0;
      for (std::int64_t dy = -radius; dy <= radius; ++dy)
        for (std::int64_t dx = -radius; dx <= radius; ++dx) {
          const double weight = std::exp(-static_cast<double>(dx * dx + dy * dy) / (2 * sigma * sigma));
          sum += weight * static_cast<double>(
                              plane[static_cast<std::size_t>(mirrored(y + dy, H) * W + mirrored(x + dx, W))]);
          weights += weight;
        }
      blurred.push_back(sum / weights);
    }
  return blurred;
}

std::vector<float> noise(std::size_t count) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values)
    value = normal(random);
  return values;
}

TEST(Blur, IsTheGaussianMean) {
  struct Case {
    std::int64_t H, W;
    double sigma;
  };
  // The last ones have a window wider than the picture.
  for (const auto& [H, W, sigma] : {Case{11, 14, 0.2}, Case{11, 14, 0.5}, Case{16, 9, 1.3}, Case{5, 4, 2.5},
                                    Case{1, 3, 2.0}, Case{1, 1, 3.0}}) {
    const std::vector<float> planes = noise(static_cast<std::size_t>(2 * H * W));
    std::vector<float> blurred = planes;
    gaussian_blur(blurred, H, W, sigma);
    for (std::int64_t c = 0; c < 2; ++c) {
      const std::vector<float> plane(planes.begin() + c * H * W, planes.begin() + (c + 1) * H * W);
      const std::vector<double> expected = slow_blur(plane, H, W, sigma);
      for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(blurred[static_cast<std::size_t>(c * H * W) + i], expected[i], 2e-6)
            << H << "x" << W << ", sigma " << sigma;
    }
  }
}

TEST(Blur, OfWidthZeroChangesNothing) {
  const std::vector<float> planes = noise(12);
  std::vector<float> blurred = planes;
  gaussian_blur(blurred, 3, 4, 0);
  EXPECT_EQ(blurred, planes);
}

TEST(Blur, RefusesAWidthThatIsNone) {
  std::vector<float> plane(4);
  EXPECT_THROW(gaussian_blur(plane, 2, 2, -1), InputError);
  EXPECT_THROW(gaussian_blur(plane, 2, 2, std::nan("")), InputError);
}

}  // namespace
}  // namespace fovea
