#include "image/encode_png.hpp"

#include "fovea/error.hpp"
#include "image/support.hpp"

#include <random>

namespace fovea::test {
namespace {

Image noise(std::int64_t width, std::int64_t height, std::int64_t channels) {
  Image image = Image::blank(width, height, channels, 0);
  std::mt19937 random(static_cast<unsigned>(width));
  for (std::uint8_t& sample : image.pixels)
    sample = static_cast<std::uint8_t>(random());
  return image;
}

Image read_back(const std::string& png) {
  const TemporaryFolder folder;
  store(folder.file("a.png"), png);
  return read_image(folder.file("a.png"));
}

/// Read by libpng, which checks every checksum.
TEST(EncodePng, keeps_every_pixel) {
  for (const Image& image : {noise(1, 1, 3), noise(1, 9, 3), noise(7, 1, 3), noise(301, 211, 3),
                             Image::blank(500, 400, 3, 77), sample(64, 48, 3)})
    expect_same(read_back(encode_png(image)), image);
}

TEST(EncodePng, makes_flat_pictures_small) {
  EXPECT_LT(encode_png(Image::blank(500, 400, 3, 77)).size(), 5000U);
}

TEST(EncodePng, keeps_colours_under_transparency) {
  const Image picture = noise(37, 21, 3);
  std::vector<std::uint8_t> alpha(37 * 21);
  for (std::size_t i = 0; i < alpha.size(); ++i)
    alpha[i] = static_cast<std::uint8_t>(i);
  const std::string bytes = encode_png_with_alpha(picture, alpha);
  EXPECT_EQ(bytes[25], 6) << "the colour type of red, green, blue and alpha";
  EXPECT_EQ(read_back(bytes).pixels, picture.pixels);
  alpha[5] ^= 1;
  EXPECT_NE(encode_png_with_alpha(picture, alpha), bytes);
  EXPECT_THROW(encode_png_with_alpha(noise(37, 21, 1), alpha), InputError);
  alpha.pop_back();
  EXPECT_THROW(encode_png_with_alpha(picture, alpha), InputError);
}

TEST(PngOfLevels, is_the_grey_picture_and_the_coloured_one) {
  for (const Image& grey : {noise(1, 1, 1), noise(37, 23, 1), sample(64, 48, 1)}) {
    const PngOfLevels png(grey);
    EXPECT_EQ(png.grey(), encode_png(grey));
    for (const std::string& colormap : colormap_names())
      expect_same(read_back(png.coloured(colormap)), colorize(grey, colormap));
  }
}

TEST(PngOfLevels, refuses_colours_and_unknown_maps) {
  EXPECT_THROW(PngOfLevels(noise(4, 4, 3)), InputError);
  EXPECT_THROW(PngOfLevels(noise(4, 4, 1)).coloured("plaid"), InputError);
}

}  // namespace
}  // namespace fovea::test
