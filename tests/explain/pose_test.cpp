#include "explain/pose.hpp"

#include "fixtures.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace fovea {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

std::vector<float> shown(const Pose& pose, const InputSize& size, const std::vector<float>& picture) {
  std::vector<float> result(picture.size());
  show_posed(pose, size, picture, result);
  return result;
}

std::vector<float> noise(const InputSize& size, unsigned seed) {
  return test::random_values(static_cast<std::size_t>(size.channels * size.height * size.width), seed);
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

const std::vector<Pose> kPoses = {{0, 0, 1, 0},
                                  {2, -3, 1, 0},
                                  {-20, 31, 1, 0},
                                  {0, 0, 1.3, 0},
                                  {0, 0, 1, 20 * kDegree},
                                  {3, 1, 0.6, -75 * kDegree},
                                  {-4, 2, 1.1, 2 * kDegree}};

TEST(Pose, TheGradientComesBackThroughTheAdjoint) {
  for (const InputSize& size : {InputSize{3, 9, 12}, InputSize{1, 8, 5}})
    for (const Pose& pose : kPoses) {
      const std::vector<float> x = noise(size, 1), y = noise(size, 2);
      std::vector<float> back(y.size(), 7.0F);
      pull_back_posed(pose, size, y, back);
      EXPECT_NEAR(dot(shown(pose, size, x), y), dot(x, back), 1e-4)
          << pose.shift_y << " " << pose.shift_x << " " << pose.zoom << " " << pose.angle;
    }
}

/// Bilinear values of the periodic picture at the point that a shown pixel comes from: the pixel's offset
/// from the middle, shifted back, turned back and shrunk.
TEST(Pose, IsTheBilinearPictureOfTheFormula) {
  const InputSize size{2, 7, 10};
  const std::vector<float> x = noise(size, 3);
  for (const Pose& pose : kPoses) {
    const std::vector<float> found = shown(pose, size, x);
    for (std::int64_t c = 0, i = 0; c < size.channels; ++c)
      for (std::int64_t row = 0; row < size.height; ++row)
        for (std::int64_t column = 0; column < size.width; ++column, ++i) {
          const double dy = static_cast<double>(row - pose.shift_y) - 3,
                       dx = static_cast<double>(column - pose.shift_x) - 4.5;
          const double y = 3 + (std::cos(-pose.angle) * dy + std::sin(-pose.angle) * dx) / pose.zoom;
          const double at = 4.5 + (std::cos(-pose.angle) * dx - std::sin(-pose.angle) * dy) / pose.zoom;
          double sum = 0;
          for (std::int64_t k = -100; k < 100; ++k)
            for (std::int64_t l = -100; l < 100; ++l) {
              const double weight = std::max(0.0, 1 - std::abs(y - static_cast<double>(k))) *
                                    std::max(0.0, 1 - std::abs(at - static_cast<double>(l)));
              if (weight > 0)
                sum += weight * x[static_cast<std::size_t>((c * 7 + (k + 700) % 7) * 10 + (l + 1000) % 10)];
            }
          EXPECT_NEAR(found[static_cast<std::size_t>(i)], sum, 1e-5);
        }
  }
}

TEST(Pose, AQuarterTurnMovesEveryPixel) {
  const InputSize size{1, 3, 3};
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7, 8, 9}, turned = {7, 4, 1, 8, 5, 2, 9, 6, 3};
  const std::vector<float> found = shown({0, 0, 1, 90 * kDegree}, size, x);
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(found[i], turned[i], 1e-5) << "clockwise";
}

TEST(Pose, ZoomEnlarges) {
  const InputSize size{1, 1, 9};
  const std::vector<float> x = {0, 0, 0, 0, 1, 0, 0, 0, 0};
  EXPECT_GT(dot(shown({0, 0, 2, 0}, size, x), std::vector<float>(9, 1)), 1.9);
  EXPECT_LT(dot(shown({0, 0, 0.5, 0}, size, x), std::vector<float>(9, 1)), 1.1)
      << "and its neighbours come in";
}

TEST(Pose, IsDrawnWithinReachAndOnlyWhereThereIsAChoice) {
  const InputSize size{3, 40, 20};
  std::mt19937_64 generator(1), plain(1);
  ClassModelOptions options = {.jitter = 0.1, .zoom = 1.5, .rotate = 10};
  double least = 9, most = 0, left = 0, right = 0;
  for (int i = 0; i < 2000; ++i) {
    const Pose pose = random_pose(options, size, generator);
    EXPECT_LE(std::abs(pose.shift_y), 4);
    EXPECT_LE(std::abs(pose.shift_x), 2);
    least = std::min(least, pose.zoom);
    most = std::max(most, pose.zoom);
    left = std::min(left, pose.angle / kDegree);
    right = std::max(right, pose.angle / kDegree);
  }
  EXPECT_NEAR(least, 1 / 1.5, 0.01);
  EXPECT_NEAR(most, 1.5, 0.01);
  EXPECT_NEAR(left, -10, 0.1);
  EXPECT_NEAR(right, 10, 0.1);
  options.zoom = 1;
  options.rotate = 0;
  const Pose pose = random_pose(options, size, plain);
  EXPECT_TRUE(pose.is_shift());
  std::mt19937_64 shifts(1);
  EXPECT_EQ(pose.shift_x, std::uniform_int_distribution<std::int64_t>(-2, 2)(shifts));
  EXPECT_EQ(pose.shift_y, std::uniform_int_distribution<std::int64_t>(-4, 4)(shifts));
  EXPECT_EQ(plain, shifts) << "no more draws than the two shifts";
}

}  // namespace
}  // namespace fovea
