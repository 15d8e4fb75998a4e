#include "fovea/error.hpp"
#include "image/support.hpp"

#include <array>

namespace fovea::test {
namespace {

/// tools/make_image_goldens.py uses the same formula.
Image pattern(std::int64_t width, std::int64_t height) {
  Image image = Image::blank(width, height, 3, 0);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      for (std::int64_t c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<std::uint8_t>((x * x * 7 + y * 13 + x * y * 3 + c * 50) / 5 % 256);
  return image;
}

std::uint32_t crc32(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

Image grey(const Image& image) {
  Image result = Image::blank(image.width, image.height, 1, 0);
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    const std::uint8_t* p = &image.pixels[3 * i];
    result.pixels[i] = static_cast<std::uint8_t>((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 32768) >> 16);
  }
  return result;
}

struct Sizes {
  const char* source;
  std::vector<std::array<std::int64_t, 2>> targets;
};

/// The means of the two nearest pixels, whatever the factor; at the edges the outer pixel alone.
TEST(Resize, BilinearlyReadsTwoPixels) {
  Image row = Image::blank(8, 1, 1, 0);
  for (std::int64_t x = 0; x < 8; ++x)
    row.at(x, 0)[0] = static_cast<std::uint8_t>(10 * x);
  const Image small = resize_bilinear(row, 2, 1), large = resize_bilinear(row, 16, 1);
  EXPECT_EQ(small.at(0, 0)[0], 15);
  EXPECT_EQ(small.at(1, 0)[0], 55);
  EXPECT_EQ(large.at(0, 0)[0], 0);
  EXPECT_NEAR(large.at(1, 0)[0], 2.5, 0.51);
  EXPECT_NEAR(large.at(2, 0)[0], 7.5, 0.51);
  EXPECT_EQ(large.at(15, 0)[0], 70);
}

TEST(Resize, IsPillowsToTheBit) {
  for (const auto& [source, targets] : {
           Sizes{"37x23",
                 {{64, 50}, {5, 3}, {1, 1}, {37, 11}, {12, 23}, {36, 24}, {74, 46}, {3, 40}, {40, 3}}},
           Sizes{"1x29", {{1, 7}, {5, 29}, {3, 50}, {1, 30}}},
           Sizes{"31x1", {{7, 1}, {31, 4}, {60, 3}}},
           Sizes{"1x1", {{5, 4}}},
       }) {
    const std::string name = std::string("resize_") + source;
    const Image image = read_image(data(name + ".png"));
    const auto suffix = [](const std::array<std::int64_t, 2>& size) {
      return "_to_" + std::to_string(size[0]) + "x" + std::to_string(size[1]) + ".npy";
    };
    for (const auto& size : targets) {
      SCOPED_TRACE(name + suffix(size));
      expect_same(resize(image, size[0], size[1]), golden(name + suffix(size)));
    }
    expect_same(resize(grey(image), targets[0][0], targets[0][1]),
                golden(name + "_grey" + suffix(targets[0])));
  }
}

TEST(Resize, LargePicturesHavePillowsChecksums) {
  for (const auto& row : read_rows("resize_large.csv"))
    EXPECT_EQ(crc32(resize(pattern(row[0], row[1]), row[2], row[3]).pixels), row[4])
        << row[0] << "x" << row[1] << " to " << row[2] << "x" << row[3];
}

TEST(Resize, TheSameSizeIsTheSamePicture) {
  const Image image = sample(9, 5, 3);
  expect_same(resize(image, 9, 5), image);
}

TEST(Resize, RefusesImpossibleSizes) {
  const Image image = sample(9, 5, 3);
  EXPECT_THROW(resize(image, 0, 5), InputError);
  EXPECT_THROW(resize(image, 5, -1), InputError);
  EXPECT_THROW(resize(image, 1'000'000, 1'000'000), InputError);
  EXPECT_THROW(resize(Image(), 5, 5), InputError);
  EXPECT_THROW(resize_short_side(image, 0), InputError);
  EXPECT_THROW(resize_short_side(sample(1, 100'000, 1), 256), InputError);
}

TEST(ResizeShortSide, HasTorchvisionsSizes) {
  for (const auto& row : read_rows("short_side.csv")) {
    const Image resized = resize_short_side(Image::blank(row[0], row[1], 1, 9), row[2]);
    EXPECT_EQ(resized.width, row[3]) << row[0] << "x" << row[1];
    EXPECT_EQ(resized.height, row[4]) << row[0] << "x" << row[1];
  }
}

TEST(CentreRect, IsTorchvisionsCenterCrop) {
  for (const auto& row : read_rows("centre_crop.csv"))
    EXPECT_EQ(centre_rect(Image::blank(row[0], row[1], 1, 0), row[2], row[3]),
              (Rect{row[4], row[5], row[2], row[3]}))
        << row[0] << "x" << row[1] << " to " << row[2] << "x" << row[3];
  EXPECT_THROW(centre_rect(sample(8, 8, 1), 9, 8), InputError);
}

TEST(Crop, TakesTheRectangle) {
  const Image image = sample(5, 4, 3);
  const Image part = crop(image, {1, 2, 3, 2});
  ASSERT_EQ(part.width, 3);
  ASSERT_EQ(part.height, 2);
  for (std::int64_t y = 0; y < 2; ++y)
    for (std::int64_t x = 0; x < 3; ++x)
      for (int c = 0; c < 3; ++c)
        EXPECT_EQ(part.at(x, y)[c], image.at(x + 1, y + 2)[c]);
  for (const Rect& rect : {Rect{3, 0, 3, 1}, Rect{0, 3, 1, 2}, Rect{-1, 0, 2, 2}, Rect{0, 0, 0, 1},
                           Rect{0, 0, 6, 1}, Rect{INT64_MAX, 0, 2, 1}, Rect{0, 0, INT64_MAX, 1}})
    EXPECT_THROW(crop(image, rect), InputError);
}

TEST(Mirror, SwapsLeftAndRight) {
  const Image image = sample(5, 2, 3);
  const Image mirrored = mirror(image);
  for (std::int64_t x = 0; x < 5; ++x)
    for (int c = 0; c < 3; ++c)
      EXPECT_EQ(mirrored.at(x, 1)[c], image.at(4 - x, 1)[c]);
  expect_same(mirror(mirrored), image);
}

TEST(Blank, RefusesImpossiblePictures) {
  EXPECT_THROW(Image::blank(0, 1, 3, 0), InputError);
  EXPECT_THROW(Image::blank(1 << 20, 1 << 20, 3, 0), InputError);
  EXPECT_THROW(Image::blank(2, 2, 2, 0), InputError);
}

}  // namespace
}  // namespace fovea::test
