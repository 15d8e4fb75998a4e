#include "fovea/error.hpp"
#include "image/support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

std::vector<float> normalized(const Image& image, const Preprocessing& preprocessing, std::int64_t channels) {
  std::vector<float> x(static_cast<std::size_t>(image.width * image.height * channels));
  normalize(image, preprocessing, channels, x.data());
  return x;
}

TEST(Normalize, TheWholePipelineIsTorchvisions) {
  const Image photo = resize_short_side(read_image(data("pipeline.jpg")), 33);
  const Image cropped = crop(photo, centre_rect(photo, 28, 28));
  const auto x = normalized(cropped, preprocessing_preset("torchvision"), 3);
  const Tensor expected = read_npy(data("pipeline.npy"));
  ASSERT_EQ(expected.shape(), (Shape{3, 28, 28}));
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_NEAR(x[i], expected.data<float>()[i], 1e-6) << "at element " << i;
}

TEST(Normalize, OrdersAndScalesChannels) {
  const Image pixel{1, 1, 3, {10, 20, 30}};
  EXPECT_EQ(normalized(pixel, preprocessing_preset("caffe"), 3),
            (std::vector<float>{30 - 104, 20 - 117, 10 - 123}));
  Preprocessing plain;
  plain.scale = 1;
  plain.mean = {1, 2, 3, 5};
  plain.std = {1, 2, 3, 10};
  EXPECT_EQ(normalized(pixel, plain, 4), (std::vector<float>{9, 9, 9, 25}));
  plain.channel_order = ChannelOrder::BGR;
  EXPECT_EQ(normalized(pixel, plain, 4), (std::vector<float>{9, 9, 9, 25}));
  // Luma 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15; mean and deviation 2.
  EXPECT_EQ(normalized(pixel, plain, 1), (std::vector<float>{8}));
  EXPECT_EQ(normalized(Image{1, 1, 1, {40}}, plain, 1), (std::vector<float>{19}));
  EXPECT_EQ(normalized(Image{1, 1, 1, {40}}, preprocessing_preset("caffe"), 3),
            (std::vector<float>{40 - 104, 40 - 117, 40 - 123}));
}

TEST(Normalize, RefusesWhatHasNoMeaning) {
  const Image pixel{1, 1, 3, {10, 20, 30}};
  EXPECT_THROW(normalized(pixel, {}, 2), InputError);
  EXPECT_THROW(normalized(pixel, {}, 5), InputError);
  EXPECT_THROW(normalized(pixel, {.std = {1, 0, 1, 1}}, 3), InputError);
  EXPECT_THROW(normalized(pixel, {.scale = 0}, 3), InputError);
  EXPECT_THROW(normalized(Image{2, 1, 3, {1}}, {}, 3), InputError);
}

TEST(InputRange, IsThatOfBlackAndWhitePictures) {
  Preprocessing uneven;
  uneven.mean = {0.1, 0.2, 0.3, 0.4};
  uneven.std = {1, -2, 3, 4};
  uneven.channel_order = ChannelOrder::BGR;
  for (const Preprocessing& preprocessing :
       {preprocessing_preset("torchvision"), preprocessing_preset("caffe"), preprocessing_preset("tf"),
        uneven})
    for (const std::int64_t channels : {1, 3}) {
      const InputRange range = input_range(preprocessing, channels);
      const std::vector<float> black = normalized(Image::blank(1, 1, 3, 0), preprocessing, channels),
                               white = normalized(Image::blank(1, 1, 3, 255), preprocessing, channels);
      ASSERT_EQ(range.lowest.size(), black.size());
      for (std::size_t c = 0; c < black.size(); ++c) {
        EXPECT_FLOAT_EQ(static_cast<float>(range.lowest[c]), std::min(black[c], white[c]));
        EXPECT_FLOAT_EQ(static_cast<float>(range.highest[c]), std::max(black[c], white[c]));
      }
    }
  EXPECT_THROW(input_range({}, 2), InputError);
}

TEST(Denormalize, UndoesNormalize) {
  const Image image = sample(9, 5, 3);
  for (const char* name : {"torchvision", "caffe", "tf", "none"}) {
    SCOPED_TRACE(name);
    const Preprocessing preset = preprocessing_preset(name);
    for (const std::int64_t channels : {3, 4})
      expect_same(denormalize(normalized(image, preset, channels).data(), preset, channels, 9, 5), image);
    const Image grey = sample(9, 5, 1);
    const Image shown = denormalize(normalized(grey, preset, 1).data(), preset, 1, 9, 5);
    ASSERT_EQ(shown.channels, 3);
    for (std::size_t i = 0; i < shown.pixels.size(); ++i)
      ASSERT_EQ(shown.pixels[i], grey.pixels[i / 3]);
  }
}

TEST(Denormalize, ClipsAndShowsNothingForNoNumber) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {-3, 2, std::nanf(""), infinity, -infinity, 0.5};
  EXPECT_EQ(denormalize(x.data(), preprocessing_preset("none"), 3, 2, 1).pixels,
            (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 128}));
}

}  // namespace
}  // namespace fovea::test
