#include "fovea/segment.hpp"

#include "fovea/error.hpp"
#include "segment/support.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

std::vector<std::uint8_t> codes(const Trimap& seeds) {
  std::vector<std::uint8_t> values;
  for (const Seed seed : seeds.pixels)
    values.push_back(static_cast<std::uint8_t>(seed));
  return values;
}

TEST(Seeds, LieOutsideTheQuantiles) {
  std::vector<float> values;
  for (int i = 0; i <= 100; ++i)
    values.push_back(static_cast<float>(i * 7 % 101));  // 0..100, shuffled
  const Trimap seeds = seeds_from_map(map_of(1, 101, values));
  EXPECT_EQ(seeds.width, 101);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(seeds.pixels[i], values[i] > 95   ? Seed::Foreground
                               : values[i] < 30 ? Seed::Background
                                                : Seed::Unknown);
}

/// numpy.quantile([3, 1, 4, 1.5], [0.25, 0.75]) is [1.375, 3.25].
TEST(Seeds, QuantilesAreInterpolated) {
  const Tensor map = map_of(2, 2, {3, 1, 4, 1.5F});
  const auto at = [&](double low, double high) { return codes(seeds_from_map(map, {high, low})); };
  EXPECT_EQ(at(0.25, 0.75), (std::vector<std::uint8_t>{0, 2, 1, 0}));
  EXPECT_EQ(at(0.4, 0.6), (std::vector<std::uint8_t>{1, 2, 1, 2}));
  EXPECT_EQ(at(0.0, 1.0), (std::vector<std::uint8_t>{0, 2, 1, 0}));
}

TEST(Seeds, TiesAtTheEndsAreTaken) {
  std::vector<float> sparse(100, 0.0F);
  sparse[7] = 1;
  EXPECT_EQ(seeds_from_map(map_of(10, 10, sparse)).count(Seed::Foreground), 1);
  EXPECT_EQ(seeds_from_map(map_of(10, 10, sparse)).count(Seed::Background), 99);
  std::vector<float> full(100, 1.0F);
  full[7] = 0;
  EXPECT_EQ(seeds_from_map(map_of(10, 10, full)).count(Seed::Foreground), 99);
  EXPECT_EQ(seeds_from_map(map_of(10, 10, full)).count(Seed::Background), 1);
  Dice dice(1);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<float> values(static_cast<std::size_t>(2 + dice(30)));
    for (float& value : values)
      value = static_cast<float>(dice(3));
    values[0] = 0;
    values[1] = 1;
    const double low = 0.01 * static_cast<double>(dice(101));
    const double high = std::max(low, 0.01 * static_cast<double>(dice(101)));
    const Trimap seeds =
        seeds_from_map(map_of(1, static_cast<std::int64_t>(values.size()), values), {high, low});
    EXPECT_GT(seeds.count(Seed::Foreground), 0) << trial;
    EXPECT_GT(seeds.count(Seed::Background), 0) << trial;
  }
}

TEST(Seeds, RefusesMapsWithoutSeeds) {
  EXPECT_THROW(seeds_from_map(map_of(2, 2, {1, 1, 1, 1})), InputError);
  EXPECT_THROW(seeds_from_map(map_of(1, 1, {1})), InputError);
  EXPECT_THROW(seeds_from_map(map_of(1, 2, {1, std::nanf("")})), InputError);
  EXPECT_THROW(seeds_from_map(map_of(1, 2, {1, std::numeric_limits<float>::infinity()})), InputError);
  EXPECT_THROW(seeds_from_map(Tensor()), InputError);
  EXPECT_THROW(seeds_from_map(Tensor(DType::F32, {1, 2, 2})), InputError);
  EXPECT_THROW(seeds_from_map(Tensor(DType::I64, {2, 2})), InputError);
  EXPECT_THROW(seeds_from_map(Tensor(DType::F32, {0, 2})), InputError);
  const Tensor map = map_of(1, 2, {0, 1});
  EXPECT_THROW(seeds_from_map(map, {0.3, 0.9}), InputError);
  EXPECT_THROW(seeds_from_map(map, {1.1, 0.3}), InputError);
  EXPECT_THROW(seeds_from_map(map, {std::nan(""), 0.3}), InputError);
}

TEST(Seeds, FromStrokes) {
  Image strokes = Image::blank(4, 1, 3, 255);
  const std::uint8_t colours[] = {255, 10, 0, 0, 0, 230, 255, 255, 255, 128, 0, 128};
  std::copy(std::begin(colours), std::end(colours), strokes.pixels.begin());
  EXPECT_EQ(codes(seeds_from_strokes(strokes, 4, 1)), (std::vector<std::uint8_t>{1, 2, 0, 0}));
  EXPECT_THROW(seeds_from_strokes(strokes, 1, 4), InputError);
  EXPECT_THROW(seeds_from_strokes(strokes, 4, 1, {.foreground = {0, 255, 0}}), InputError);
  EXPECT_THROW(seeds_from_strokes(strokes, 4, 1, {.background = {0, 255, 0}}), InputError);
  EXPECT_THROW(seeds_from_strokes(strokes, 4, 1, {.foreground = {0, 0, 200}}), InputError);
  EXPECT_THROW(seeds_from_strokes(Image{}, 4, 1), InputError);
}

TEST(Seeds, FromPoints) {
  const Trimap seeds = seeds_from_points({{2, 2}}, {{0, 0}}, 5, 5, 1);
  EXPECT_EQ(seeds.count(Seed::Foreground), 5);
  EXPECT_EQ(seeds.count(Seed::Background), 3);
  EXPECT_EQ(seeds.at(2, 1), Seed::Foreground);
  EXPECT_EQ(seeds.at(1, 1), Seed::Unknown);
  EXPECT_THROW(seeds_from_points({{5, 2}}, {{0, 0}}, 5, 5), InputError);
  EXPECT_THROW(seeds_from_points({{2, -1}}, {{0, 0}}, 5, 5), InputError);
  EXPECT_THROW(seeds_from_points({}, {{0, 0}}, 5, 5), InputError);
  EXPECT_THROW(seeds_from_points({{2, 2}}, {}, 5, 5), InputError);
  EXPECT_THROW(seeds_from_points({{2, 2}}, {{3, 3}}, 5, 5), InputError);
  EXPECT_THROW(seeds_from_points({{2, 2}}, {{0, 0}}, 5, 5, -1), InputError);
}

TEST(Seeds, CanBeSeen) {
  Trimap seeds = Trimap::blank(3, 1);
  seeds.at(0, 0) = Seed::Background;
  seeds.at(2, 0) = Seed::Foreground;
  EXPECT_EQ(to_image(seeds).pixels, (std::vector<std::uint8_t>{0, 128, 255}));
  const Image drawn_seeds = draw_seeds(Image::blank(3, 1, 3, 100), seeds);
  EXPECT_GT(drawn_seeds.at(0, 0)[2], drawn_seeds.at(0, 0)[0]);
  EXPECT_EQ(drawn_seeds.at(1, 0)[0], 100);
  EXPECT_GT(drawn_seeds.at(2, 0)[0], drawn_seeds.at(2, 0)[2]);
  EXPECT_THROW(draw_seeds(Image::blank(1, 3, 3, 100), seeds), InputError);
}

TEST(Peaks, AreFarApartAndHighestFirst) {
  std::vector<float> values(100, 0.0F);
  values[11] = 3;
  values[13] = 2.5F;  // two columns from the highest
  values[88] = 2;
  values[80] = 1;  // below half of the range
  const Tensor map = map_of(10, 10, values);
  EXPECT_EQ(find_peaks(map, {5, 4, 0.5}), (std::vector<Point>{{1, 1}, {8, 8}}));
  EXPECT_EQ(find_peaks(map, {5, 2, 0.5}), (std::vector<Point>{{1, 1}, {3, 1}, {8, 8}}));
  EXPECT_EQ(find_peaks(map, {1, 2, 0.5}), (std::vector<Point>{{1, 1}}));
  EXPECT_EQ(find_peaks(map, {9, 2, 0.3}).size(), 4U);
  EXPECT_EQ(find_peaks(map_of(1, 1, {4})), (std::vector<Point>{{0, 0}}));
  EXPECT_EQ(find_peaks(map_of(2, 2, {1, 1, 1, 1})).front(), (Point{0, 0}));
  EXPECT_THROW(find_peaks(map, {0, 2, 0.5}), InputError);
  EXPECT_THROW(find_peaks(map, {1, -2, 0.5}), InputError);
  EXPECT_THROW(find_peaks(map, {1, 2, 1.5}), InputError);
  EXPECT_THROW(find_peaks(map_of(1, 1, {std::nanf("")})), InputError);
}

}  // namespace
}  // namespace fovea::test
