#include "base/random.hpp"
#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/measures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace fovea::test {
namespace {

/// The boxes of all contours of pixels above a level, from scratch.
std::vector<RealBox> boxes_above(const Tensor& map, std::size_t level) {
  const auto values = map.data<float>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  Mask above = Mask::blank(map.shape()[1], map.shape()[0]), below = above;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = (static_cast<double>(values[i]) - static_cast<double>(*low)) /
                         (static_cast<double>(*high) - static_cast<double>(*low));
    above.pixels[i] = static_cast<std::size_t>(255 * share) > level ? 1 : 0;
    below.pixels[i] = 1 - above.pixels[i];
  }
  std::vector<RealBox> boxes;
  for (const Component& component : connected_components(above, Connectivity::Eight).components)
    boxes.push_back(to_real(component.box));
  for (const Component& component : connected_components(below, Connectivity::Four).components) {
    const Box& box = component.box;
    if (box.x0 > 0 && box.y0 > 0 && box.x1 < above.width && box.y1 < above.height)
      boxes.push_back(to_real({box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1}));
  }
  return boxes;
}

/// A map with blobs and a hole, so that there are contours of every kind.
Tensor blobs(std::uint64_t seed, double noise) {
  Random random(seed);
  Tensor map(DType::F32, {30, 40});
  for (std::int64_t y = 0; y < 30; ++y)
    for (std::int64_t x = 0; x < 40; ++x) {
      const double ring = std::hypot(static_cast<double>(x) - 12, static_cast<double>(y) - 14) - 7;
      const double spot = std::hypot(static_cast<double>(x) - 32, static_cast<double>(y) - 8);
      map.data<float>()[static_cast<std::size_t>(y * 40 + x)] = static_cast<float>(
          std::exp(-ring * ring / 6) + std::exp(-spot * spot / 9) + noise * random.uniform());
    }
  return map;
}

TEST(BoxHits, AgreeWithTheContoursOfEachLevel) {
  const std::vector<RealBox> truth = {{4, 6, 20, 22}, {28, 5, 37, 12}, {9, 11, 15, 17}};
  for (const double noise : {0.0, 0.2, 3.0})
    for (std::size_t count = 1; count <= truth.size(); ++count) {
      const Tensor map = blobs(count, noise);
      const std::span<const RealBox> some(truth.data(), count);
      const LevelHits hits = box_hits(map, {0, 0, 40, 30}, some);
      for (std::size_t level = 0; level < kBoxLevels; ++level) {
        double best = 0;
        for (const RealBox& box : boxes_above(map, level))
          best = std::max(best, best_overlap(box, some));
        for (std::size_t i = 0; i < hits.size(); ++i)
          EXPECT_EQ(hits[i][level], best >= kKnownClassOverlaps[i]) << noise << ' ' << level << ' ' << best;
      }
    }
}

TEST(BoxHits, AreOfThePartOfThePhotoThatTheMapCovers) {
  const Tensor map = blobs(1, 0);
  const std::vector<RealBox> truth = {{4, 6, 20, 22}};
  const std::vector<RealBox> on_photo = {{100 + 8, 50 + 12, 100 + 40, 50 + 44}};
  EXPECT_EQ(box_hits(map, {0, 0, 40, 30}, truth), box_hits(map, {100, 50, 80, 60}, on_photo));
  EXPECT_THROW((void)box_hits(Tensor(DType::F32, {5, 5}), {0, 0, 5, 5}, truth), InputError);
}

ImageResult with_hits(const std::vector<std::size_t>& at_half) {
  ImageResult image;
  image.level_hits.emplace();
  for (const std::size_t level : at_half)
    (*image.level_hits)[1].set(level);
  return image;
}

TEST(MaxBoxAccuracy, TakesTheBestThresholdForEachOverlap) {
  std::vector<ImageResult> images = {with_hits({10, 51, 52}), with_hits({52, 200}), with_hits({51, 52}),
                                     with_hits({})};
  images.emplace_back().error = "damaged";
  const MaxBoxAccuracy best = max_box_accuracy(images);
  EXPECT_EQ(best.accuracies[1].count, 3);
  EXPECT_EQ(best.accuracies[1].of, 5);
  EXPECT_DOUBLE_EQ(best.thresholds[1], 52.0 / 255);
  EXPECT_EQ(best.accuracies[0].count, 0);
  EXPECT_DOUBLE_EQ(best.mean(), (0 + 0.6 + 0) / 3);
  EXPECT_EQ(max_box_accuracy({}).mean(), 0);
}

TEST(MaxBoxAccuracy, IsReadBackFromRows) {
  ImageResult image = with_hits({0, 1, 2, 7, 254});
  image.name = "a.jpg";
  image.width = image.height = 10;
  (*image.level_hits)[2].set(3);
  EXPECT_EQ(result_from_csv(to_csv(image)).level_hits, image.level_hits);
  image.level_hits.reset();
  EXPECT_FALSE(result_from_csv(to_csv(image)).level_hits);
  image.level_hits.emplace();
  EXPECT_EQ(result_from_csv(to_csv(image)).level_hits, image.level_hits);
  std::string row = to_csv(with_hits({5}));
  const std::size_t at = row.find(";5-5;");
  ASSERT_NE(at, std::string::npos);
  for (const char* bad : {";5-255;", ";6-5;", ";5;", ";x-5;"})
    EXPECT_THROW((void)result_from_csv(std::string(row).replace(at, 5, bad)), InputError) << bad;
}

}  // namespace
}  // namespace fovea::test
