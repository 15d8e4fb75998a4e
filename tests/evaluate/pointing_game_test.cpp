#include "fovea/measures.hpp"

#include "base/random.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace fovea::test {
namespace {

Mask mask_of(const Box& box, std::int64_t width, std::int64_t height) {
  Mask mask = Mask::blank(width, height);
  for (std::int64_t y = box.y0; y < box.y1; ++y)
    for (std::int64_t x = box.x0; x < box.x1; ++x)
      mask.at(x, y) = 1;
  return mask;
}

TEST(PointingGame, ThePeakIsTheMeanOfEqualMaxima) {
  const RealPoint one = peak_of(f32({2, 3}, {0, 1, 0, 0, 0, 7}));
  EXPECT_DOUBLE_EQ(one.x, 2.5);
  EXPECT_DOUBLE_EQ(one.y, 1.5);
  const RealPoint two = peak_of(f32({2, 3}, {7, 1, 0, 0, 0, 7}));
  EXPECT_DOUBLE_EQ(two.x, 1.5);
  EXPECT_DOUBLE_EQ(two.y, 1);
  const RealPoint flat = peak_of(Tensor(DType::F32, {4, 6}));
  EXPECT_DOUBLE_EQ(flat.x, 3);
  EXPECT_DOUBLE_EQ(flat.y, 2);
}

TEST(PointingGame, TheToleranceIsInThePhotosPixels) {
  // Of a map of 4 x 4 that covers the middle 80 x 40 of a photo, the peak lies at 10 + 2.5 * 20, 5 + 0.5
  // * 10.
  Tensor map(DType::F32, {4, 4});
  map.data<float>()[2] = 1;
  const Rect region = {10, 5, 80, 40};
  const RealPoint peak = to_photo(peak_of(map), map, region);
  EXPECT_DOUBLE_EQ(peak.x, 60);
  EXPECT_DOUBLE_EQ(peak.y, 10);
  const std::vector<RealBox> boxes = {{0, 0, 1, 1}, {69, 22, 90, 30}};  // 9 right of it and 12 below
  EXPECT_DOUBLE_EQ(distance_to(boxes, peak), 15);
  EXPECT_TRUE(points_into(boxes, map, region));
  EXPECT_FALSE(points_into(boxes, map, region, 14.9));
  EXPECT_TRUE(points_into(std::vector<RealBox>{{50, 0, 61, 20}}, map, region, 0));
  EXPECT_FALSE(points_into(std::vector<RealBox>{}, map, region, 1e9));
  EXPECT_THROW(points_into(boxes, map, region, -1), InputError);
}

TEST(PointingGame, ABoxAndItsMaskAgree) {
  Random random(9);
  for (int round = 0; round < 50; ++round) {
    const auto draw = [&](std::uint64_t count) { return static_cast<std::int64_t>(random.below(count)); };
    const Box box = {draw(10), draw(6), 11 + draw(10), 7 + draw(6)};
    const std::vector<RealBox> boxes = {{static_cast<double>(box.x0), static_cast<double>(box.y0),
                                         static_cast<double>(box.x1), static_cast<double>(box.y1)}};
    const Mask mask = mask_of(box, 24, 14);
    const RealPoint point = {random.uniform() * 24, random.uniform() * 14};
    EXPECT_DOUBLE_EQ(distance_to(boxes, point), distance_to(mask, point));
    const Tensor map = random_map(7, 9, static_cast<std::uint64_t>(round));
    const Rect region = {1, 2, 20, 11};
    EXPECT_EQ(*energy_inside(boxes, map, region), *energy_inside(mask, map, region));
    EXPECT_EQ(area_inside(boxes, map, region), area_inside(mask, map, region));
  }
  EXPECT_TRUE(std::isinf(distance_to(Mask::blank(3, 3), {1, 1})));
}

TEST(EnergyInside, ByHand) {
  const Tensor map = f32({2, 2}, {1, 2, -50, 5});
  const Rect whole = {0, 0, 20, 20};
  EXPECT_DOUBLE_EQ(*energy_inside(std::vector<RealBox>{{0, 0, 20, 10}}, map, whole), 3.0 / 8);
  // Centres lie at 5 and 15: this box has only the last one.
  EXPECT_DOUBLE_EQ(*energy_inside(std::vector<RealBox>{{6, 6, 20, 20}}, map, whole), 5.0 / 8);
  // Boxes that overlap count once.
  EXPECT_DOUBLE_EQ(*energy_inside(std::vector<RealBox>{{0, 0, 20, 10}, {0, 0, 10, 20}}, map, whole), 3.0 / 8);
  EXPECT_DOUBLE_EQ(area_inside(std::vector<RealBox>{{0, 0, 20, 10}, {0, 0, 10, 20}}, map, whole), 0.75);
  EXPECT_DOUBLE_EQ(*energy_inside(std::vector<RealBox>{{0, 0, 20, 20}}, map, whole), 1);
  EXPECT_DOUBLE_EQ(*energy_inside(std::vector<RealBox>{}, map, whole), 0);
  EXPECT_FALSE(energy_inside(std::vector<RealBox>{{0, 0, 20, 20}}, f32({1, 2}, {0, -1}), whole));
}

TEST(EnergyInside, OfAFlatMapIsTheArea) {
  Tensor map(DType::F32, {9, 7});
  std::fill_n(map.data<float>().data(), 63, 2.5F);
  const std::vector<RealBox> boxes = {{1, 1, 5, 9}, {4, 3, 8, 6}};
  EXPECT_DOUBLE_EQ(*energy_inside(boxes, map, {0, 0, 14, 18}), area_inside(boxes, map, {0, 0, 14, 18}));
}

TEST(RankAccuracy, OfTheBestTheWorstAndAHalfRightMap) {
  Mask mask = Mask::blank(4, 4);
  mask.at(1, 1) = mask.at(2, 1) = 1;
  const Rect region = {0, 0, 4, 4};
  Tensor map(DType::F32, {4, 4});
  map.data<float>()[5] = 2;
  map.data<float>()[6] = 1;
  EXPECT_EQ(*rank_accuracy(mask, map, region), 1);
  map.data<float>()[0] = 3;
  EXPECT_EQ(*rank_accuracy(mask, map, region), 0.5);
  map.data<float>()[1] = 3;
  EXPECT_EQ(*rank_accuracy(mask, map, region), 0);
  // The same by boxes, on a photo of twice the size.
  const std::vector<RealBox> boxes = {{2, 2, 6, 4}};
  EXPECT_EQ(*rank_accuracy(boxes, map, {0, 0, 8, 8}), 0);
  map.data<float>()[1] = 0;
  EXPECT_EQ(*rank_accuracy(boxes, map, {0, 0, 8, 8}), 0.5);
  EXPECT_FALSE(rank_accuracy(Mask::blank(4, 4), map, region));
}

}  // namespace
}  // namespace fovea::test
