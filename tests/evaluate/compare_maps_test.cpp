#include "evaluate/compare_maps.hpp"

#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fovea::test {
namespace {

Tensor pattern(std::int64_t height, std::int64_t width, int step) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < height * width; ++i)
    values.push_back(static_cast<float>(i * step % 101));
  return Tensor::from<float>({height, width}, values);
}

PlacedMap placed(const Tensor& map, const Rect& region) {
  return {{map, map, {}}, region};
}

/// The mean over each cell by sampling the map at many points.
Tensor grid_by_sampling(const Tensor& map, const Rect& region, const CommonGrid& grid) {
  constexpr int points = 200;
  std::vector<float> values;
  const auto in = map.data<float>();
  const std::int64_t height = map.shape()[0], width = map.shape()[1];
  const auto index = [](double place, std::int64_t begin, std::int64_t extent, std::int64_t pixels) {
    return static_cast<std::int64_t>((place - static_cast<double>(begin)) * static_cast<double>(pixels) /
                                     static_cast<double>(extent));
  };
  for (std::int64_t y = 0; y < grid.height; ++y)
    for (std::int64_t x = 0; x < grid.width; ++x) {
      double sum = 0;
      for (int v = 0; v < points; ++v)
        for (int u = 0; u < points; ++u) {
          const double down = static_cast<double>(y) + (v + 0.5) / points,
                       across = static_cast<double>(x) + (u + 0.5) / points;
          const double photo_y =
              static_cast<double>(grid.area.y) +
              down * static_cast<double>(grid.area.height) / static_cast<double>(grid.height);
          const double photo_x = static_cast<double>(grid.area.x) + across *
                                                                        static_cast<double>(grid.area.width) /
                                                                        static_cast<double>(grid.width);
          sum += static_cast<double>(
              in[static_cast<std::size_t>(index(photo_y, region.y, region.height, height) * width +
                                          index(photo_x, region.x, region.width, width))]);
        }
      values.push_back(static_cast<float>(sum / (points * points)));
    }
  return Tensor::from<float>({grid.height, grid.width}, values);
}

TEST(CommonGrid, is_the_part_of_both_with_the_pixels_of_the_coarser_map) {
  const Tensor fine = pattern(20, 40, 7), coarse = pattern(10, 10, 3);
  const CommonGrid grid = common_grid(fine, {0, 0, 80, 40}, coarse, {20, 10, 80, 40});
  EXPECT_EQ(grid.area, (Rect{20, 10, 60, 30}));
  EXPECT_EQ(grid.height, 8) << "30 of the 40 rows that 10 pixels cover, rounded";
  EXPECT_EQ(grid.width, 8) << "60 of 80 columns, likewise";
  const CommonGrid same = common_grid(fine, {3, 4, 100, 50}, fine, {3, 4, 100, 50});
  EXPECT_EQ(same.height, 20);
  EXPECT_EQ(same.width, 40);
  EXPECT_THROW((void)common_grid(fine, {0, 0, 10, 10}, fine, {10, 0, 10, 10}), InputError);
}

TEST(OnGrid, means_by_hand) {
  const Tensor map = f32({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor halved = on_grid(map, {0, 0, 8, 4}, {{0, 0, 8, 4}, 1, 2});
  EXPECT_EQ(halved.shape(), (Shape{1, 2}));
  EXPECT_FLOAT_EQ(halved.data<float>()[0], 3.5F);
  EXPECT_FLOAT_EQ(halved.data<float>()[1], 5.5F);
  // The photo's columns 1 to 7 are the map's from 0.5 to 3.5; three cells of one pixel's width each.
  const Tensor shifted = on_grid(map, {0, 0, 8, 4}, {{1, 0, 6, 2}, 1, 3});
  EXPECT_FLOAT_EQ(shifted.data<float>()[0], 1.5F);
  EXPECT_FLOAT_EQ(shifted.data<float>()[1], 2.5F);
  EXPECT_FLOAT_EQ(shifted.data<float>()[2], 3.5F);
}

TEST(OnGrid, is_the_map_itself_where_pixels_are_cells) {
  const Tensor map = pattern(6, 5, 13);
  EXPECT_EQ(on_grid(map, {2, 3, 50, 60}, {{2, 3, 50, 60}, 6, 5}).raw(), map.raw());
}

TEST(OnGrid, agrees_with_sampling) {
  const Tensor map = pattern(7, 5, 17);
  const Rect region{3, 2, 50, 70};
  for (const CommonGrid& grid :
       {CommonGrid{region, 3, 4}, CommonGrid{{13, 12, 30, 40}, 4, 3}, CommonGrid{{13, 12, 30, 40}, 2, 2}}) {
    const Tensor exact = on_grid(map, region, grid), sampled = grid_by_sampling(map, region, grid);
    for (std::size_t i = 0; i < exact.data<float>().size(); ++i)
      EXPECT_NEAR(exact.data<float>()[i], sampled.data<float>()[i], 1.0) << i;
  }
}

TEST(CompareMaps, of_equal_maps_is_perfect) {
  const Tensor map = pattern(16, 16, 23);
  const MapAgreement agreement = compare_maps(placed(map, {0, 0, 32, 32}), placed(map, {0, 0, 32, 32}));
  EXPECT_NEAR(*agreement.rank, 1, 1e-12);
  EXPECT_NEAR(*agreement.signed_rank, 1, 1e-12);
  EXPECT_NEAR(*agreement.similarity, 1, 1e-12);
  EXPECT_DOUBLE_EQ(agreement.overlap, 1);
}

TEST(CompareMaps, of_equal_sizes_is_what_the_measures_say) {
  const Tensor a = pattern(16, 16, 23), b = pattern(16, 16, 31);
  const MapAgreement agreement = compare_maps(placed(a, {0, 0, 32, 32}), placed(b, {0, 0, 32, 32}));
  EXPECT_EQ(agreement.rank, rank_correlation(a, b));
  EXPECT_EQ(agreement.similarity, structural_similarity(a, b));
  EXPECT_EQ(agreement.overlap, top_overlap(a, b));
}

/// The same picture of twice the resolution, and the part of it that a smaller crop shows.
TEST(CompareMaps, of_different_sizes_and_parts_looks_at_the_same_places) {
  const Tensor coarse = pattern(12, 12, 29);
  std::vector<float> doubled, part;
  for (std::size_t y = 0; y < 24; ++y)
    for (std::size_t x = 0; x < 24; ++x)
      doubled.push_back(coarse.data<float>()[y / 2 * 12 + x / 2]);
  for (std::size_t y = 0; y < 12; ++y)
    for (std::size_t x = 0; x < 11; ++x)
      part.push_back(coarse.data<float>()[y * 12 + x + 1]);
  const PlacedMap whole = placed(coarse, {0, 0, 120, 120});
  const MapAgreement finer =
      compare_maps(whole, placed(Tensor::from<float>({24, 24}, doubled), {0, 0, 120, 120}));
  EXPECT_EQ(finer.grid.height, 12);
  EXPECT_NEAR(*finer.rank, 1, 1e-12);
  const MapAgreement smaller =
      compare_maps(placed(Tensor::from<float>({12, 11}, part), {10, 0, 110, 120}), whole);
  EXPECT_EQ(smaller.grid.area, (Rect{10, 0, 110, 120}));
  EXPECT_NEAR(*smaller.rank, 1, 1e-12);
  EXPECT_NEAR(smaller.overlap, 1, 1e-12);
}

TEST(CompareMaps, flat_maps_agree_with_no_other_and_have_no_correlation_with_each_other) {
  const Tensor map = pattern(12, 12, 5), flat(DType::F32, {12, 12});
  const Rect all{0, 0, 12, 12};
  EXPECT_EQ(compare_maps(placed(map, all), placed(flat, all)).rank, 0.0);
  EXPECT_EQ(compare_maps(placed(flat, all), placed(map, all)).signed_rank, 0.0);
  EXPECT_FALSE(compare_maps(placed(flat, all), placed(flat, all)).rank);
}

TEST(CompareMaps, below_the_window_of_the_structural_similarity_has_none) {
  const Tensor map = pattern(10, 12, 5);
  EXPECT_FALSE(compare_maps(placed(map, {0, 0, 12, 10}), placed(map, {0, 0, 12, 10})).similarity);
}

}  // namespace
}  // namespace fovea::test
