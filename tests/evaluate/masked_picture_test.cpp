#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "measure_fixture.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fovea::test {
namespace {

TEST(MaskedPicture, IsBetweenBaselineAndPictureAsTheMapIs) {
  const Tensor picture = f32({2, 1, 3}, {1, 2, 3, 10, 20, 30}), black(DType::F32, {2, 1, 3});
  const Tensor masked = masked_picture(picture, f32({1, 3}, {-1, 0, 1}), black);
  EXPECT_TRUE(near(masked, f32({2, 1, 3}, {0, 1, 3, 0, 10, 30}), 1e-6));
  EXPECT_TRUE(near(masked_picture(picture, f32({1, 3}, {7, 7, 7}), black), black, 0));
}

TEST(AverageDrop, IsTheLostPartOfTheScore) {
  EXPECT_DOUBLE_EQ(average_drop(0.8, 0.2), 0.75);
  EXPECT_DOUBLE_EQ(average_drop(0.8, 0.9), 0);
  EXPECT_TRUE(average_increase(0.8, 0.9));
  EXPECT_FALSE(average_increase(0.8, 0.8));
  EXPECT_THROW((void)average_drop(0, 0.5), InputError);
  EXPECT_THROW((void)average_increase(-1, 0.5), InputError);
}

/// A score of the brightness of the picture's first pixel.
std::vector<double> first_pixel(std::span<const float> pictures, std::int64_t count) {
  std::vector<double> scores;
  const std::size_t each = pictures.size() / static_cast<std::size_t>(count);
  for (std::size_t first = 0; first < pictures.size(); first += each)
    scores.push_back(static_cast<double>(pictures[first]));
  return scores;
}

TEST(Adcc, IsNearlyOneForThePixelThatCountsAndNoneWithoutIt) {
  constexpr std::int64_t side = 20;
  const Tensor baseline(DType::F32, {1, side, side});
  Tensor picture(DType::F32, {1, side, side});
  for (float& value : picture.data<float>())
    value = 0.5F;
  Tensor right(DType::F32, {side, side}), wrong(DType::F32, {side, side});
  right.data<float>()[0] = wrong.data<float>()[5] = 1;
  const auto found = adcc(picture, right, baseline, first_pixel, [&](const Tensor&) { return right; });
  EXPECT_DOUBLE_EQ(found->drop, 0);
  EXPECT_DOUBLE_EQ(found->coherency, 1);
  EXPECT_DOUBLE_EQ(found->complexity, 1.0 / 400);
  EXPECT_NEAR(found->value(), 3 / (2 + 1 / (1 - 1.0 / 400)), 1e-12);
  const auto missed = adcc(picture, wrong, baseline, first_pixel, [&](const Tensor&) { return wrong; });
  EXPECT_DOUBLE_EQ(missed->drop, 1);
  EXPECT_EQ(missed->value(), 0);
}

TEST(Adcc, AgreesWithItsDefinition) {
  const LinearCase c(7, 8);
  const Tensor map = random_map(7, 8, 3), other = random_map(7, 8, 4);
  const ScorePictures score = [&](std::span<const float> pictures, std::int64_t count) {
    std::vector<double> scores = c.score(pictures, count);
    for (double& value : scores)
      value = 1 / (1 + std::exp(-value / 20));
    return scores;
  };
  const Tensor masked = masked_picture(c.picture, map, c.baseline);
  const auto found = adcc(c.picture, map, c.baseline, score, [&](const Tensor& shown) {
    EXPECT_TRUE(near(shown, masked, 0));
    return other;
  });
  const double before = score(c.picture.data<float>(), 1)[0], after = score(masked.data<float>(), 1)[0];
  EXPECT_DOUBLE_EQ(found->drop, std::max(0.0, before - after) / before);
  double low = 1, high = 0, sum = 0;
  for (const float value : map.data<float>()) {
    low = std::min(low, static_cast<double>(value));
    high = std::max(high, static_cast<double>(value));
    sum += static_cast<double>(value);
  }
  EXPECT_NEAR(found->complexity, (sum / 56 - low) / (high - low), 1e-9);
  double xy = 0, xx = 0, yy = 0, mx = sum / 56, my = 0;
  for (const float value : other.data<float>())
    my += static_cast<double>(value) / 56;
  for (std::size_t i = 0; i < 56; ++i) {
    const double x = static_cast<double>(map.data<float>()[i]) - mx;
    const double y = static_cast<double>(other.data<float>()[i]) - my;
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  EXPECT_NEAR(found->coherency, (1 + xy / std::sqrt(xx * yy)) / 2, 1e-9);
  const double parts[] = {found->coherency, 1 - found->complexity, 1 - found->drop};
  EXPECT_NEAR(found->value(), 3 / (1 / parts[0] + 1 / parts[1] + 1 / parts[2]), 1e-12);
  EXPECT_FALSE(
      adcc(c.picture, Tensor(DType::F32, {7, 8}), c.baseline, score, [&](const Tensor&) { return other; }));
}

/// A picture of four squares of different colours.
Tensor four_squares() {
  Tensor picture(DType::F32, {3, 16, 16});
  for (std::size_t i = 0; i < 3 * 256; ++i) {
    const std::size_t y = i % 256 / 16, x = i % 16, square = 2 * (y / 8) + x / 8;
    picture.data<float>()[i] = square == i / 256 ? 2.0F : 0.0F;
  }
  return picture;
}

TEST(Superpixels, FollowEdgesAndAreConnected) {
  const Tensor labels = superpixels(four_squares(), 4);
  const auto values = labels.data<std::int64_t>();
  EXPECT_EQ(*std::max_element(values.begin(), values.end()), 3);
  for (std::size_t i = 0; i < 256; ++i)
    EXPECT_EQ(values[i], static_cast<std::int64_t>(2 * (i / 16 / 8) + i % 16 / 8));
  const Tensor clouds = blurred_picture(normal_tensor({3, 20, 30}, 5), 0.15);
  for (const std::int64_t segments : {1, 10, 600}) {
    const Tensor many = superpixels(clouds, segments);
    const auto all = many.data<std::int64_t>();
    const std::int64_t count = *std::max_element(all.begin(), all.end()) + 1;
    EXPECT_GE(count, std::min<std::int64_t>(segments, 5));
    EXPECT_LE(count, std::max<std::int64_t>(3 * segments, 1));
    // Each label is there, and one piece: from its first pixel all others are reached.
    std::vector<bool> is_seen(static_cast<std::size_t>(count), false), is_reached(600, false);
    for (std::size_t first = 0; first < 600; ++first) {
      if (is_reached[first])
        continue;
      EXPECT_FALSE(is_seen[static_cast<std::size_t>(all[first])]) << segments;
      is_seen[static_cast<std::size_t>(all[first])] = true;
      std::vector<std::size_t> queue = {first};
      is_reached[first] = true;
      while (!queue.empty()) {
        const std::size_t at = queue.back();
        queue.pop_back();
        const auto step = [&](bool is_inside, std::size_t beside) {
          if (is_inside && !is_reached[beside] && all[beside] == all[first]) {
            is_reached[beside] = true;
            queue.push_back(beside);
          }
        };
        step(at % 30 > 0, at - 1);
        step(at % 30 < 29, at + 1);
        step(at >= 30, at - 30);
        step(at < 570, at + 30);
      }
    }
    EXPECT_EQ(std::count(is_seen.begin(), is_seen.end(), true), count);
  }
}

TEST(Superpixels, AreAtMostAsManyAsPixels) {
  const Tensor picture = normal_tensor({1, 4, 5}, 1);
  EXPECT_EQ(message_of<InputError>([&] { (void)superpixels(picture, 21); }),
            "21 segments of a picture of 5x4 pixels: expected 1 to 20");
  EXPECT_THROW((void)superpixels(picture, 0), InputError);
  EXPECT_EQ(superpixels(picture, 20).data<std::int64_t>()[19], 19);
}

TEST(Irof, OfTheOnlySegmentThatCounts) {
  const Tensor picture = four_squares(), black(DType::F32, {3, 16, 16}), labels = superpixels(picture, 4);
  Tensor right(DType::F32, {16, 16}), wrong(DType::F32, {16, 16});
  for (std::size_t i = 0; i < 256; ++i)
    (i / 16 < 8 && i % 16 < 8 ? right : wrong).data<float>()[i] = 1;
  // The score falls at the first of four segments, or at the last.
  EXPECT_DOUBLE_EQ(*irof(picture, right, black, labels, first_pixel), 1 - 0.5 / 4);
  EXPECT_DOUBLE_EQ(*irof(picture, wrong, black, labels, first_pixel, 3), 0.5 / 4);
  EXPECT_FALSE(irof(black, right, black, labels, first_pixel));
  EXPECT_THROW((void)irof(picture, right, black, Tensor(DType::I64, {4, 4}), first_pixel), InputError);
}

}  // namespace
}  // namespace fovea::test
