#include "fovea/classify.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fovea {

static void PrintTo(const Rect& r, std::ostream* out) {
  *out << r.width << "x" << r.height << "+" << r.x << "+" << r.y;
}

namespace {

using Mirror = Framing::Crop::Mirror;

Preprocessing short_side(std::int64_t resize, std::int64_t crop = 0) {
  Preprocessing p;
  p.resize_short_side = resize;
  p.crop = crop;
  return p;
}

Image ramp(std::int64_t width, std::int64_t height) {
  Image image = Image::blank(width, height, 3, 0);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      image.at(x, y)[0] = static_cast<std::uint8_t>(x);
      image.at(x, y)[1] = static_cast<std::uint8_t>(y);
      image.at(x, y)[2] = 7;
    }
  return image;
}

TEST(Framing, OneCropIsTheCentre) {
  const Framing f = frame(ramp(60, 40), short_side(20), {3, 16, 16}, Crops::One);
  EXPECT_EQ(f.resized.width, 30);
  EXPECT_EQ(f.resized.height, 20);
  ASSERT_EQ(f.crops.size(), 1U);
  EXPECT_EQ(f.crops[0].rect, (Rect{7, 2, 16, 16}));
  EXPECT_EQ(f.crops[0].mirror, Mirror::No);
  EXPECT_EQ(f.in_photo(f.crops[0].rect), (Rect{14, 4, 32, 32}));
}

TEST(Framing, TenCropsAreCornersAndCentreThenTheirMirrorImages) {
  const Framing f = frame(ramp(30, 20), short_side(20), {3, 16, 16}, Crops::Ten);
  const std::vector<Rect> places = {
      {0, 0, 16, 16}, {14, 0, 16, 16}, {0, 4, 16, 16}, {14, 4, 16, 16}, {7, 2, 16, 16}};
  ASSERT_EQ(f.crops.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(f.crops[i].rect, places[i % 5]) << i;
    EXPECT_EQ(f.crops[i].mirror, i < 5 ? Mirror::No : Mirror::Yes) << i;
  }
}

TEST(Framing, AMirroredCropIsReadFromRightToLeft) {
  const Framing f = frame(ramp(30, 20), short_side(20), {3, 16, 16}, Crops::Ten);
  std::vector<float> x(3 * 16 * 16);
  Preprocessing raw;
  raw.scale = 1;
  write_crop(f, 1, raw, x.data());
  EXPECT_EQ(x[0], 14);
  EXPECT_EQ(x[15], 29);
  write_crop(f, 6, raw, x.data());
  EXPECT_EQ(x[0], 29);
  EXPECT_EQ(x[15], 14);
  EXPECT_EQ(x[256 + 16 * 5], 5) << "rows stay where they are";
}

TEST(Framing, TheWholePhotoIsSqueezedAndItsMirrorImageComesSecond) {
  const Image photo = ramp(60, 40);
  const Framing whole = frame(photo, short_side(20), {3, 16, 24}, Crops::Whole);
  ASSERT_EQ(whole.crops.size(), 1U);
  const Framing both = frame(photo, short_side(20), {3, 16, 24}, Crops::WholeAndMirror);
  ASSERT_EQ(both.crops.size(), 2U);
  EXPECT_EQ(both.resized.pixels, resize(photo, 24, 16).pixels);
  for (const Framing::Crop& crop : both.crops)
    EXPECT_EQ(both.in_photo(crop.rect), (Rect{0, 0, 60, 40}));
  EXPECT_EQ(both.crops[0].mirror, Mirror::No);
  EXPECT_EQ(both.crops[1].mirror, Mirror::Yes);
  Preprocessing raw;
  raw.scale = 1;
  std::vector<float> as_it_is(3 * 16 * 24), mirrored(3 * 16 * 24);
  write_crop(both, 0, raw, as_it_is.data());
  write_crop(both, 1, raw, mirrored.data());
  for (std::size_t row = 0; row < 3 * 16; ++row)
    for (std::size_t x = 0; x < 24; ++x)
      EXPECT_EQ(mirrored[24 * row + x], as_it_is[24 * row + 23 - x]);
}

TEST(Framing, WithoutASizeTheShortSideIs256ForACropOf224) {
  EXPECT_EQ(frame(ramp(100, 50), {}, {3, 224, 224}, Crops::One).resized.height, 256);
  EXPECT_EQ(frame(ramp(50, 100), {}, {3, 28, 28}, Crops::One).resized.width, 32);
}

/// A crop that is not square needs more of a photo of other proportions than its short side says.
TEST(Framing, AShortSideGrowsUntilACropThatIsNotSquareFits) {
  const Framing square = frame(ramp(40, 40), short_side(20), {3, 16, 32}, Crops::One);
  EXPECT_EQ(square.resized.width, 32);
  EXPECT_EQ(square.crops[0].rect, (Rect{0, 8, 32, 16}));
  const Framing upright = frame(ramp(40, 80), short_side(20), {3, 16, 32}, Crops::One);
  EXPECT_EQ(upright.resized.width, 32);
  const Framing wide = frame(ramp(80, 40), short_side(20), {3, 16, 32}, Crops::One);
  EXPECT_EQ(wide.resized.height, 20) << "as asked for, where the crop fits";
  EXPECT_EQ(frame(ramp(80, 40), short_side(20), {3, 32, 16}, Crops::One).resized.height, 32);
  EXPECT_THROW(frame(ramp(40, 40), short_side(10), {3, 16, 32}, Crops::One), InputError);
}

TEST(Framing, ACropOfAnotherSizeIsResizedToTheNetworks) {
  const Framing f = frame(ramp(40, 40), short_side(40, 32), {3, 8, 8}, Crops::One);
  EXPECT_EQ(f.crops[0].rect, (Rect{4, 4, 32, 32}));
  std::vector<float> x(3 * 8 * 8);
  Preprocessing raw = short_side(40, 32);
  raw.scale = 1;
  write_crop(f, 0, raw, x.data());
  const Image expected = resize(crop(ramp(40, 40), {4, 4, 32, 32}), 8, 8);
  for (std::int64_t y = 0; y < 8; ++y)
    for (std::int64_t k = 0; k < 8; ++k)
      EXPECT_EQ(x[static_cast<std::size_t>(y * 8 + k)], expected.at(k, y)[0]);
}

TEST(Framing, ANetworkThatIsNotSquareSeesACropOfItsProportions) {
  const Framing f = frame(ramp(80, 80), short_side(80, 40), {3, 30, 20}, Crops::One);
  EXPECT_EQ(f.crops[0].rect, (Rect{20, 10, 40, 60}));
}

TEST(Framing, AnyPhotoFitsANetworkThatIsNotSquare) {
  for (const auto& [width, height] :
       {std::pair{80, 80}, std::pair{90, 30}, std::pair{30, 90}, std::pair{33, 34}})
    for (const InputSize& size : {InputSize{3, 14, 28}, InputSize{3, 28, 14}, InputSize{3, 23, 18}}) {
      const Framing f = frame(ramp(width, height), {}, size, Crops::Ten);
      EXPECT_EQ(f.crops[4].rect.width, size.width);
      EXPECT_EQ(f.crops[4].rect.height, size.height);
      EXPECT_GE(f.resized.width * 224, size.width * 256 - 224);
      EXPECT_GE(f.resized.height * 224, size.height * 256 - 224);
    }
}

TEST(Framing, ExtremeProportionsAreCutOrRefused) {
  const Framing f = frame(ramp(3, 200), short_side(20), {3, 16, 16}, Crops::Ten);
  EXPECT_EQ(f.resized.height, 1333);
  EXPECT_EQ(f.crops[2].rect, (Rect{0, 1317, 16, 16}));
  const std::string message = test::message_of<InputError>([] {
    frame(ramp(200'000, 1), short_side(256), {3, 224, 224}, Crops::One);
  });
  EXPECT_EQ(message, "a picture of 200000x1 resized to a short side of 256 would be too large");
}

TEST(Framing, ARectangleHasAtLeastOnePixelOfThePhoto) {
  for (const auto& [width, height] :
       {std::pair{1, 300}, std::pair{300, 1}, std::pair{2, 301}, std::pair{1, 1}})
    for (const Crops crops : {Crops::One, Crops::Ten}) {
      const Framing f = frame(ramp(width, height), short_side(256), {3, 224, 224}, crops);
      for (const Framing::Crop& crop : f.crops) {
        const Rect r = f.in_photo(crop.rect);
        EXPECT_GE(r.width, 1);
        EXPECT_GE(r.height, 1);
        EXPECT_GE(std::min(r.x, r.y), 0);
        EXPECT_LE(r.x + r.width, width);
        EXPECT_LE(r.y + r.height, height);
      }
    }
}

TEST(Framing, ACropThatDoesNotFitIsAnError) {
  EXPECT_EQ(
      test::message_of<InputError>([] {
        frame(ramp(40, 40), short_side(16, 20), {3, 8, 8}, Crops::One);
      }),
      "a crop of 20x20 does not fit into the picture resized to 16x16: its shorter side must be resized to "
      "at least 20");
}

/// 64 / 60 of 60 x 40 is 64 x 42.67; 114 fills the rest. As YOLOX and Ultralytics compute it.
TEST(Framing, ALetterboxShowsThePhotoInProportion) {
  Preprocessing p;
  p.fit = Fit::LetterboxCorner;
  const Framing corner = frame(ramp(60, 40), p, {3, 64, 64}, Crops::One);
  EXPECT_EQ(corner.content, (Rect{0, 0, 64, 42}));
  EXPECT_EQ(corner.resized.width, 64);
  EXPECT_EQ(corner.resized.height, 64);
  EXPECT_EQ(corner.resized.at(5, 42)[0], 114);
  EXPECT_EQ(corner.resized.at(5, 41)[2], 7);
  EXPECT_EQ(corner.in_photo(corner.content), (Rect{0, 0, 60, 40}));
  p.fit = Fit::Letterbox;
  const Framing centre = frame(ramp(60, 40), p, {3, 64, 64}, Crops::One);
  EXPECT_EQ(centre.content, (Rect{0, 10, 64, 43}));
  EXPECT_EQ(centre.resized.at(5, 9)[2], 114);
  EXPECT_EQ(centre.resized.at(5, 10)[2], 7);
  EXPECT_EQ(centre.resized.at(5, 52)[2], 7);
  EXPECT_EQ(centre.resized.at(5, 53)[2], 114);
  const RealBox box = centre.input_in_photo({32, 10, 64, 42});
  EXPECT_NEAR(box.x0, 30, 1e-9);
  EXPECT_NEAR(box.y0, 0, 1e-9);
  EXPECT_NEAR(box.x1, 60, 1e-9);
  EXPECT_NEAR(box.y1, 30, 1e-9);
  // An upright photo has its margins at the sides: 20 x 64 of 64, so 22 on the left.
  EXPECT_EQ(frame(ramp(20, 64), p, {3, 64, 64}, Crops::One).content, (Rect{22, 0, 20, 64}));
}

TEST(Framing, ABoxOfTheInputIsPlacedInThePhoto) {
  // The short side 40 becomes 20, and 16 x 16 are cut from the middle of 30 x 20.
  const Framing crop = frame(ramp(60, 40), short_side(20), {3, 16, 16}, Crops::One);
  const RealBox box = crop.input_in_photo({0, 0, 16, 8});
  EXPECT_NEAR(box.x0, 14, 1e-9);
  EXPECT_NEAR(box.y0, 4, 1e-9);
  EXPECT_NEAR(box.x1, 46, 1e-9);
  EXPECT_NEAR(box.y1, 20, 1e-9);
  Preprocessing p;
  p.fit = Fit::Squeeze;
  const RealBox squeezed = frame(ramp(60, 40), p, {3, 20, 20}, Crops::One).input_in_photo({5, 5, 10, 20});
  EXPECT_NEAR(squeezed.x0, 15, 1e-9);
  EXPECT_NEAR(squeezed.y0, 10, 1e-9);
  EXPECT_NEAR(squeezed.x1, 30, 1e-9);
  EXPECT_NEAR(squeezed.y1, 40, 1e-9);
  EXPECT_THROW(frame(ramp(60, 40), p, {3, 20, 20}, Crops::Ten), InputError);
}

TEST(Framing, ARectangleAtTheEdgeStaysInsideThePhoto) {
  const Framing f = frame(ramp(61, 47), short_side(20), {3, 16, 16}, Crops::Ten);
  for (const Framing::Crop& crop : f.crops) {
    const Rect r = f.in_photo(crop.rect);
    EXPECT_GE(r.x, 0);
    EXPECT_LE(r.x + r.width, 61);
    EXPECT_LE(r.y + r.height, 47);
  }
  EXPECT_EQ(f.in_photo({0, 0, f.resized.width, f.resized.height}), (Rect{0, 0, 61, 47}));
}

}  // namespace
}  // namespace fovea
