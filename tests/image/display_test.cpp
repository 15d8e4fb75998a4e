#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "image/support.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

Tensor map_of(const Shape& shape, const std::vector<float>& values) {
  return Tensor::from<float>(shape, std::span<const float>(values));
}

TEST(WhiteLevel, IsNumpysPercentile) {
  const Tensor map = map_of({2, 3}, {5, 1, 4, 0, 3, 2});
  EXPECT_DOUBLE_EQ(white_level(map, {.percentile = 100}), 5);
  EXPECT_DOUBLE_EQ(white_level(map, {.percentile = 99}), 4.95);
  EXPECT_DOUBLE_EQ(white_level(map, {.percentile = 50}), 2.5);
  EXPECT_DOUBLE_EQ(white_level(map, {.percentile = 0}), 5);  // the percentile is 0: the maximum instead
  EXPECT_DOUBLE_EQ(white_level(map.cast(DType::F64), {.percentile = 40}), 2);
}

TEST(WhiteLevel, OfSparseAndEmptyMaps) {
  Tensor map(DType::F32, {30, 30});
  EXPECT_EQ(white_level(map, {}), 0);
  EXPECT_EQ(to_grey(map, {}).pixels, std::vector<std::uint8_t>(900, 0));
  map.data<float>()[123] = 1e-20F;
  EXPECT_FLOAT_EQ(static_cast<float>(white_level(map, {})), 1e-20F);
  const Image grey = to_grey(map, {});
  EXPECT_EQ(grey.pixels[123], 255);
  EXPECT_EQ(std::count(grey.pixels.begin(), grey.pixels.end(), 0), 899);
}

TEST(ToGrey, ClipsScalesAndLifts) {
  const Tensor map = map_of({1, 5}, {-1, 0, 1, 2, 4});
  EXPECT_EQ(to_grey(map, {.percentile = 100}).pixels, (std::vector<std::uint8_t>{0, 0, 64, 128, 255}));
  EXPECT_EQ(to_grey(map, {.percentile = 75}).pixels, (std::vector<std::uint8_t>{0, 0, 128, 255, 255}));
  EXPECT_EQ(to_grey(map, {.percentile = 100, .gamma = 0.5}).pixels,
            (std::vector<std::uint8_t>{0, 0, 128, 180, 255}));
  EXPECT_EQ(scale_to_grey(map, 2).pixels, (std::vector<std::uint8_t>{0, 0, 128, 255, 255}));
  EXPECT_EQ(scale_to_grey(map, 4, 0.5).pixels, (std::vector<std::uint8_t>{0, 0, 128, 180, 255}));
  EXPECT_EQ(scale_to_grey(map, 0).pixels, std::vector<std::uint8_t>(5, 0));
  EXPECT_THROW(scale_to_grey(map, -1), InputError);
  const Image tall = to_grey(Tensor(DType::F32, {7, 2}), {});
  EXPECT_EQ(tall.width, 2);
  EXPECT_EQ(tall.height, 7);
  EXPECT_EQ(tall.channels, 1);
}

TEST(ScaleToGrey, ShowsWhatLiesBetweenTwoLevels) {
  const Tensor map = map_of({1, 5}, {-1, 0, 1, 2, 4});
  EXPECT_EQ(scale_to_grey(map, {1, 3}).pixels, (std::vector<std::uint8_t>{0, 0, 0, 128, 255}));
  EXPECT_EQ(scale_to_grey(map, {0, 2}).pixels, scale_to_grey(map, 2).pixels);
  EXPECT_EQ(scale_to_grey(map, {-1, 3}, 0.5).pixels, (std::vector<std::uint8_t>{0, 128, 180, 221, 255}));
  EXPECT_EQ(scale_to_grey(map, {2, 2}).pixels, std::vector<std::uint8_t>(5, 0));
  EXPECT_TRUE((DisplayLevels{2, 2}).is_flat());
  EXPECT_FALSE((DisplayLevels{2, 3}).is_flat());
}

TEST(ToRedAndGreen, ShowsTheSignOfTheChannelsSum) {
  const Tensor map = map_of({1, 3}, {1, 2, 8});
  const Tensor relevance = map_of({2, 1, 3}, {1, -3, 8, -0.5F, 1, 0});
  EXPECT_EQ(to_red_and_green(map, relevance, 4).pixels,
            (std::vector<std::uint8_t>{64, 0, 0, 0, 128, 0, 255, 0, 0}));
  EXPECT_EQ(to_red_and_green(map, relevance, 0).pixels, std::vector<std::uint8_t>(9, 0));
  EXPECT_THROW(to_red_and_green(map, map_of({2, 3, 1}, {1, 2, 3, 4, 5, 6}), 1), InputError);
}

TEST(ToGrey, RefusesWhatCannotBeShown) {
  EXPECT_EQ(message_of<InputError>([] {
              to_grey(map_of({1, 3}, {0, std::nanf(""), 1}), {});
            }),
            "a map with the value nan at element 1 cannot be shown");
  EXPECT_EQ(message_of<InputError>([] {
              white_level(map_of({1, 2}, {1, std::numeric_limits<float>::infinity()}), {});
            }),
            "a map with the value inf at element 1 cannot be shown");
  EXPECT_THROW(to_grey(Tensor(DType::F32, {3}), {}), InputError);
  EXPECT_THROW(to_grey(Tensor(DType::F32, {0, 3}), {}), InputError);
  EXPECT_THROW(to_grey(Tensor(), {}), InputError);
  const Tensor map(DType::F32, {2, 2});
  for (const DisplayRange& range : {DisplayRange{.percentile = -1}, DisplayRange{.percentile = 100.5},
                                    DisplayRange{.percentile = std::nan("")}, DisplayRange{.gamma = 0},
                                    DisplayRange{.gamma = std::nan("")}})
    EXPECT_THROW(to_grey(map, range), InputError);
}

TEST(Colorize, EndsOfTheMapsAreRightInRgb) {
  const Image ends{2, 1, 1, {0, 255}};
  const auto colours = [&](const char* name) { return colorize(ends, name).pixels; };
  EXPECT_EQ(colours("grey"), (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(colours("jet"), (std::vector<std::uint8_t>{0, 0, 128, 128, 0, 0}));
  // matplotlib: viridis from purple (68, 1, 84) to yellow (253, 231, 37), inferno from black to pale yellow.
  EXPECT_EQ(colours("viridis"), (std::vector<std::uint8_t>{68, 1, 84, 253, 231, 37}));
  const auto inferno = colours("inferno");
  EXPECT_LT(inferno[0] + inferno[1] + inferno[2], 12);
  EXPECT_GT(inferno[3], 245);
  EXPECT_LT(inferno[5], inferno[3]);
}

TEST(Colorize, KnowsItsNames) {
  const Image grey = sample(3, 2, 1);
  EXPECT_EQ(colormap_names().size(), 7U);
  for (const std::string& name : colormap_names())
    EXPECT_EQ(colorize(grey, name).channels, 3);
  EXPECT_EQ(message_of<InputError>([&] { colorize(grey, "rainbow"); }),
            "unknown colour map 'rainbow': expected one of inferno, viridis, turbo, magma, jet, hot, grey");
  EXPECT_THROW(colorize(sample(3, 2, 3), "jet"), InputError);
}

TEST(Overlay, HeatCoversWhereTheMapIsBright) {
  const Image photo{2, 1, 3, {200, 100, 50, 200, 100, 50}};
  const Image map{2, 1, 1, {0, 255}};
  const Image shown = overlay(photo, map, "viridis", 1.0);
  EXPECT_EQ(shown.at(0, 0)[0], shown.at(0, 0)[1]);  // no heat: grey
  EXPECT_EQ(shown.at(0, 0)[0], 74);                 // 0.6 of the luma 124
  EXPECT_EQ(std::vector<int>(shown.at(1, 0), shown.at(1, 0) + 3), (std::vector<int>{253, 231, 37}));
  const Image half = overlay(photo, map, "viridis", 0.5);
  EXPECT_NEAR(half.at(1, 0)[0], (253 + 74.4) / 2, 1);
  EXPECT_THROW(overlay(photo, Image::blank(3, 1, 1, 0), "viridis"), InputError);
  EXPECT_THROW(overlay(photo, map, "viridis", 1.5), InputError);
  EXPECT_THROW(overlay(photo, photo, "viridis"), InputError);
}

TEST(SignedPicture, LiesAroundMidGrey) {
  const Tensor pattern = map_of({3, 1, 2}, {0, 2, -1, 1, -4, 0.5F});
  EXPECT_EQ(to_signed_image(pattern, 2, ChannelOrder::RGB).pixels,
            (std::vector<std::uint8_t>{128, 64, 0, 255, 191, 159}));
  EXPECT_EQ(to_signed_image(pattern, 2, ChannelOrder::BGR).pixels,
            (std::vector<std::uint8_t>{0, 64, 128, 159, 191, 255}));
  EXPECT_EQ(to_signed_image(pattern, 0, ChannelOrder::RGB).pixels, std::vector<std::uint8_t>(6, 128));
  EXPECT_EQ(to_signed_image(map_of({1, 1, 2}, {-1, 3}), 3, ChannelOrder::BGR).pixels,
            (std::vector<std::uint8_t>{85, 85, 85, 255, 255, 255}));
}

TEST(SignedPicture, TheLevelIsThatOfThePartThatIsNotEmpty) {
  const Tensor pattern = map_of({1, 3, 3}, {0, 0, 0, 0, -4, 2, 0, 1, 3});
  EXPECT_EQ(contrast_level(pattern, 100), 4);
  EXPECT_EQ(contrast_level(pattern, 50), 2.5);
  EXPECT_EQ(contrast_level(map_of({1, 2, 2}, {-4, 2, 1, 3}), 50), 2.5);
  EXPECT_EQ(contrast_level(map_of({1, 1, 2}, {0, 0}), 99), 0);
  EXPECT_THROW(contrast_level(map_of({1, 1, 1}, {NAN}), 99), InputError);
  EXPECT_THROW(contrast_level(pattern, 101), InputError);
  EXPECT_THROW(to_signed_image(map_of({1, 1}, {1}), 1, ChannelOrder::RGB), InputError);
}

}  // namespace
}  // namespace fovea::test
