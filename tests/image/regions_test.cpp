#include "image/regions.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace fovea {
namespace {

/// Blue left of a slanted edge, orange right of it, with some noise.
Image two_halves(std::int64_t width, std::int64_t height) {
  Image image = Image::blank(width, height, 3, 0);
  std::minstd_rand random(3);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const bool left = x < width / 3 + y / 4;
      for (std::int64_t c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<std::uint8_t>((left == (c == 2) ? 200 : 40) + random() % 8);
    }
  return image;
}

bool is_left(const Image& image, std::uint32_t pixel) {
  return image.at(pixel % image.width, pixel / image.width)[2] > 120;
}

TEST(WatershedRegions, CoverThePictureWithoutOverlap) {
  for (const auto& [width, height] : {std::pair{40, 30}, std::pair{31, 7}, std::pair{2, 50}, std::pair{3, 3}})
    for (const std::int64_t count : {1, 2, 20}) {
      if (count > width * height)
        continue;
      const std::vector<Region> regions = watershed_regions(two_halves(width, height), count);
      std::vector<int> times(static_cast<std::size_t>(width * height), 0);
      for (const Region& region : regions) {
        EXPECT_FALSE(region.empty());
        EXPECT_TRUE(std::is_sorted(region.begin(), region.end()));
        for (const std::uint32_t pixel : region)
          ++times[pixel];
      }
      EXPECT_EQ(std::count(times.begin(), times.end(), 1), width * height) << width << "x" << height;
      EXPECT_NEAR(static_cast<double>(regions.size()), static_cast<double>(count),
                  (std::sqrt(static_cast<double>(count)) + 1) / 2);
    }
}

TEST(WatershedRegions, FollowTheEdges) {
  const Image image = two_halves(60, 48);
  std::int64_t astray = 0;
  const std::vector<Region> regions = watershed_regions(image, 30);
  EXPECT_GE(regions.size(), 20U);
  for (const Region& region : regions) {
    const auto left = std::count_if(region.begin(), region.end(),
                                    [&](std::uint32_t pixel) { return is_left(image, pixel); });
    astray += std::min<std::int64_t>(left, static_cast<std::int64_t>(region.size()) - left);
  }
  EXPECT_LT(astray, 60 * 48 / 25);  // the pixels of the watershed itself belong to one side
}

TEST(WatershedRegions, BadRequestsAreErrors) {
  EXPECT_THROW(watershed_regions(Image::blank(8, 8, 1, 0), 2), InputError);
  EXPECT_THROW(watershed_regions(Image::blank(8, 8, 3, 0), 65), InputError);
  EXPECT_THROW(watershed_regions(Image::blank(8, 8, 3, 0), 0), InputError);
}

TEST(Grown, IsTheRegionWithItsSurroundings) {
  EXPECT_EQ(grown({12}, 5, 5, 0), Region{12});
  EXPECT_EQ(grown({12}, 5, 5, 1), (Region{7, 11, 12, 13, 17}));
  EXPECT_EQ(grown({0}, 5, 5, 1), (Region{0, 1, 5}));
}

}  // namespace
}  // namespace fovea
