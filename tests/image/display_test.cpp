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
  EXPECT_EQ(colormap_names().size(), 10U);
  for (const std::string& name : colormap_names())
    EXPECT_EQ(colorize(grey, name).channels, 3);
  EXPECT_EQ(message_of<InputError>([&] { colorize(grey, "rainbow"); }),
            "unknown colour map 'rainbow': expected one of inferno, viridis, magma, plasma, cividis, "
            "blue-red, turbo, jet, "
            "hot, grey");
  EXPECT_THROW(colorize(sample(3, 2, 3), "jet"), InputError);
}

TEST(Colorize, PerceptuallyEvenMapsRiseSteadily) {
  const auto luma_of = [](const Colour& colour) {
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
  };
  Image ramp = Image::blank(256, 1, 1, 0);
  for (std::int64_t x = 0; x < 256; ++x)
    *ramp.at(x, 0) = static_cast<std::uint8_t>(x);
  for (const char* name : {"inferno", "viridis", "magma", "plasma", "cividis", "grey"}) {
    const Image colours = colorize(ramp, name);
    double last = -1;
    for (std::int64_t x = 0; x < 256; ++x) {
      const double luma = luma_of({colours.at(x, 0)[0], colours.at(x, 0)[1], colours.at(x, 0)[2]});
      EXPECT_GE(luma, last - 1) << name << " at " << x;
      last = luma;
    }
    EXPECT_FALSE(is_diverging(name));
  }
}

TEST(Colorize, ADivergingMapHasWhiteInItsMiddleAndEqualEnds) {
  EXPECT_TRUE(is_diverging("blue-red"));
  Image ramp = Image::blank(256, 1, 1, 0);
  for (std::int64_t x = 0; x < 256; ++x)
    *ramp.at(x, 0) = static_cast<std::uint8_t>(x);
  const Image colours = colorize(ramp, "blue-red");
  const auto at = [&](std::int64_t x) { return colours.at(x, 0); };
  EXPECT_GT(std::min({at(128)[0], at(128)[1], at(128)[2]}), 240);
  EXPECT_GT(at(0)[2], at(0)[0] + 80);
  EXPECT_GT(at(255)[0], at(255)[2] + 80);
  // The same lightness on both sides, falling outwards: luminance of linear sRGB.
  const auto luminance = [&](std::int64_t x) {
    const auto linear = [&](int c) { return std::pow(at(x)[c] / 255.0, 2.2); };
    return 0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2);
  };
  for (std::int64_t i = 1; i < 127; ++i) {
    EXPECT_NEAR(luminance(128 - i), luminance(128 + i), 0.02) << i;
    EXPECT_LT(luminance(128 + i + 1), luminance(128 + i) + 0.003) << i;
  }
}

TEST(Overlay, KeepsThePhotosColoursWhereTheMapIsDark) {
  const Image photo{2, 1, 3, {200, 100, 50, 200, 100, 50}};
  const Image map{2, 1, 1, {0, 255}};
  const Image shown = overlay(photo, map, {"viridis", 1.0});
  EXPECT_EQ(std::vector<int>(shown.at(0, 0), shown.at(0, 0) + 3), (std::vector<int>{200, 100, 50}));
  EXPECT_EQ(std::vector<int>(shown.at(1, 0), shown.at(1, 0) + 3), (std::vector<int>{253, 231, 37}));
  const Image half = overlay(photo, map, {"viridis", 0.5});
  EXPECT_NEAR(half.at(1, 0)[0], (253 + 200) / 2.0, 1);
  const Image of_grey = overlay({2, 1, 1, {9, 9}}, map, {"viridis", 1.0});
  EXPECT_EQ(of_grey.at(0, 0)[1], 9);
  EXPECT_THROW(overlay(photo, Image::blank(3, 1, 1, 0)), InputError);
  EXPECT_THROW(overlay(photo, map, {"viridis", 1.5}), InputError);
  EXPECT_THROW(overlay(photo, photo), InputError);
}

TEST(Overlay, OfASignedMapHidesTheMiddleAlone) {
  const Image photo = Image::blank(3, 1, 3, 100);
  const Image shown = overlay(photo, {3, 1, 1, {0, 128, 255}}, {"blue-red", 1.0});
  EXPECT_GT(shown.at(0, 0)[2], shown.at(0, 0)[0]);
  EXPECT_EQ(shown.at(1, 0)[0], 100);
  EXPECT_GT(shown.at(2, 0)[0], shown.at(2, 0)[2]);
}

/// Contours of a bell: circles around its middle, and the photo elsewhere.
TEST(Overlay, ContoursRunAroundTheBrightPart) {
  constexpr std::int64_t side = 201;
  Image map = Image::blank(side, side, 1, 0);
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x) {
      const double r = std::hypot(x - 100, y - 100);
      *map.at(x, y) = static_cast<std::uint8_t>(255 * std::exp(-r * r / (2 * 30 * 30)));
    }
  const Image photo = Image::blank(side, side, 3, 128);
  const Image shown = overlay(photo, map, {"grey", 1.0, true});
  const auto differs = [&](std::int64_t x, std::int64_t y) {
    return !std::equal(shown.at(x, y), shown.at(x, y) + 3, photo.at(x, y));
  };
  EXPECT_FALSE(differs(100, 100));
  EXPECT_FALSE(differs(2, 2));
  // exp(-r^2 / 1800) is 1/2 at r = 35; the blur by 4 pixels moves the line by less than one.
  for (const double angle : {0.0, 0.7, 2.1, 4.0})
    EXPECT_TRUE(differs(std::lround(100 + 35.6 * std::cos(angle)), std::lround(100 + 35.6 * std::sin(angle))))
        << angle;
  int lines = 0;
  for (std::int64_t x = 101; x < side; ++x)
    lines += differs(x, 100) && !differs(x - 1, 100) ? 1 : 0;
  EXPECT_EQ(lines, 3);
}

TEST(Overlay, AnEmptyMapHasNoContours) {
  const Image photo = Image::blank(40, 30, 3, 128);
  expect_same(overlay(photo, Image::blank(40, 30, 1, 0), {"inferno", 0.75, true}), photo);
}

TEST(SignedGrey, HasZeroInTheMiddle) {
  EXPECT_EQ(scale_to_signed_grey(map_of({1, 5}, {-4, -1, 0, 1, 2}), 2).pixels,
            (std::vector<std::uint8_t>{1, 65, 128, 192, 255}));
  EXPECT_EQ(scale_to_signed_grey(map_of({1, 2}, {-1, 1}), 0).pixels, (std::vector<std::uint8_t>{128, 128}));
  EXPECT_THROW(scale_to_signed_grey(map_of({1, 1, 1}, {1}), 1), InputError);
}

TEST(EnlargeMap, IsSmoothAndKeepsItsRange) {
  const Image map{2, 1, 1, {0, 255}};
  const Image large = enlarge_map(map, 40, 20);
  EXPECT_EQ(large.width, 40);
  EXPECT_EQ(large.height, 20);
  EXPECT_LT(*large.at(0, 10), 20);
  EXPECT_GT(*large.at(39, 10), 235);
  for (std::int64_t x = 1; x < 40; ++x)
    EXPECT_GE(*large.at(x, 5) + 30, *large.at(x - 1, 5));
  EXPECT_THROW(enlarge_map(Image::blank(2, 2, 3, 0), 4, 4), InputError);
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
