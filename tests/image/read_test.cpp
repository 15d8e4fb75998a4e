#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "image/support.hpp"

#include <thread>

namespace fovea::test {
namespace {

class Reads : public ::testing::TestWithParam<std::string> {};

TEST_P(Reads, AsTheReferenceDoes) {
  expect_same(read_image(data(GetParam())), golden(GetParam() + ".npy"));
}

TEST_P(Reads, WithoutPrinting) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  read_image(data(GetParam()));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Pictures, Reads,
                         ::testing::Values("rgb.png", "rgba.png", "grey.png", "grey_alpha.png", "palette.png",
                                           "palette_clear.png", "bits.png", "grey16.png", "rgb16.png",
                                           "rgb.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "rgb.bmp",
                                           "rgb.ppm", "grey.pgm", "grey16.pgm", "bits.pbm", "rgb.tif",
                                           "grey16.tif", "lossless.webp", "lossy.webp", "bad_profile.png",
                                           "stray_bytes.jpg"),
                         test_name);

TEST(Read, TurnsPicturesUpright) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const char* extension : {".jpg", ".png", ".webp"}) {
      const std::string name = "orientation" + std::to_string(orientation) + extension;
      SCOPED_TRACE(name);
      expect_same(read_image(data(name)), golden(name + ".npy"));
    }
    const std::string name = "orientation" + std::to_string(orientation);
    SCOPED_TRACE(name + ".tif");
    expect_same(read_image(data(name + ".tif")), golden(name + ".webp.npy"));
  }
}

TEST(Read, TextPnm) {
  const TemporaryFolder folder;
  store(folder.file("a.ppm"), "P3 # colours\n2 1\n# maximum\n15\n0 5 15  1 2 3\n");
  EXPECT_EQ(read_image(folder.file("a.ppm")).pixels, (std::vector<std::uint8_t>{0, 85, 255, 17, 34, 51}));
  store(folder.file("a.pbm"), "P1 3 1 101");
  EXPECT_EQ(read_image(folder.file("a.pbm")).pixels,
            (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255, 0, 0, 0}));
}

TEST(Read, FromSeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (const char* name : {"rgb.png", "rgb.jpg", "lossless.webp", "rgb.tif"})
        EXPECT_EQ(read_image(data(name)).width, 37);
    });
  for (std::thread& thread : threads)
    thread.join();
}

TEST(WritePng, RoundTrips) {
  const TemporaryFolder folder;
  for (const std::int64_t channels : {1, 3}) {
    const Image image = sample(13, 7, channels);
    write_png(folder.file("a.png"), image);
    Image expected = image;
    if (channels == 1) {
      expected = Image::blank(13, 7, 3, 0);
      for (std::size_t i = 0; i < expected.pixels.size(); ++i)
        expected.pixels[i] = image.pixels[i / 3];
    }
    expect_same(read_image(folder.file("a.png")), expected);
  }
  EXPECT_EQ(folder.count(), 1U);
}

TEST(EncodeJpeg, IsNearThePicture) {
  const TemporaryFolder folder;
  Image image = Image::blank(32, 24, 3, 0);
  for (std::int64_t y = 0; y < 24; ++y)
    for (std::int64_t x = 0; x < 32; ++x) {
      image.at(x, y)[0] = static_cast<std::uint8_t>(4 * x);
      image.at(x, y)[2] = static_cast<std::uint8_t>(200 - 4 * y);
    }
  store(folder.file("a.jpg"), encode_jpeg(image, 95));
  const Image back = read_image(folder.file("a.jpg"));
  ASSERT_EQ(back.pixels.size(), image.pixels.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    EXPECT_NEAR(back.pixels[i], image.pixels[i], 16) << i;
  EXPECT_LT(encode_jpeg(image, 10).size(), encode_jpeg(image, 95).size());
  EXPECT_THROW(encode_jpeg(image, 0), InputError);
  EXPECT_THROW(encode_jpeg(image, 101), InputError);
  EXPECT_THROW(encode_jpeg(Image(), 90), InputError);
}

TEST(EncodeJpeg, KeepsGreyPicturesGrey) {
  const TemporaryFolder folder;
  Image image = Image::blank(40, 10, 1, 0);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(3 * (i % 40));
  store(folder.file("a.jpg"), encode_jpeg(image, 95));
  const Image back = read_image(folder.file("a.jpg"));
  ASSERT_EQ(back.width, 40);
  for (std::size_t i = 0; i < back.pixels.size(); ++i) {
    EXPECT_NEAR(back.pixels[i], image.pixels[i / 3], 4) << i;
    EXPECT_EQ(back.pixels[i], back.pixels[i / 3 * 3]) << i;
  }
}

TEST(EncodeJpeg, NamesWhatIsTooLarge) {
  const std::string message = message_of<InputError>([] { encode_jpeg(Image::blank(70000, 1, 3, 0)); });
  EXPECT_EQ(message.substr(0, 23), "cannot encode as JPEG: ") << message;
  EXPECT_NE(message.find("65500"), std::string::npos) << message;
}

TEST(EncodeWebp, KeepsEverySampleWithoutAQuality) {
  const TemporaryFolder folder;
  for (const std::int64_t channels : {1, 3}) {
    const Image image = sample(31, 17, channels);
    store(folder.file("a.webp"), encode_webp(image));
    const Image back = read_image(folder.file("a.webp"));
    ASSERT_EQ(back.width, 31);
    ASSERT_EQ(back.height, 17);
    for (std::size_t i = 0; i < back.pixels.size(); ++i)
      ASSERT_EQ(back.pixels[i], image.pixels[channels == 3 ? i : i / 3]) << i;
  }
}

TEST(EncodeWebp, IsNearThePictureWithAQuality) {
  const TemporaryFolder folder;
  Image image = Image::blank(32, 24, 3, 0);
  for (std::int64_t y = 0; y < 24; ++y)
    for (std::int64_t x = 0; x < 32; ++x)
      image.at(x, y)[1] = static_cast<std::uint8_t>(4 * x + 3 * y);
  store(folder.file("a.webp"), encode_webp(image, 90));
  const Image back = read_image(folder.file("a.webp"));
  ASSERT_EQ(back.pixels.size(), image.pixels.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    EXPECT_NEAR(back.pixels[i], image.pixels[i], 16) << i;
  EXPECT_LT(encode_webp(image, 10).size(), encode_webp(image, 95).size());
}

TEST(EncodeWebp, NamesWhatIsWrong) {
  EXPECT_THROW(encode_webp(Image()), InputError);
  EXPECT_THROW(encode_webp(Image::blank(4, 4, 3, 0), 101), InputError);
  EXPECT_THROW(encode_webp(Image::blank(4, 4, 3, 0), -1), InputError);
  const std::string message = message_of<InputError>([] { encode_webp(Image::blank(20000, 1, 3, 0)); });
  EXPECT_NE(message.find("20000x1"), std::string::npos) << message;
  EXPECT_NE(message.find("16383"), std::string::npos) << message;
}

TEST(EncodePng, WidePictures) {
  const TemporaryFolder folder;
  Image image = Image::blank(2'000'000, 1, 1, 0);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i / 1000);
  write_png(folder.file("a.png"), image);
  const Image back = read_image(folder.file("a.png"));
  ASSERT_EQ(back.width, image.width);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    ASSERT_EQ(back.pixels[3 * i], image.pixels[i]);
}

TEST(WritePng, Fails) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of<OutputError>([&] { write_png(folder.file("none/a.png"), sample(2, 2, 3)); }),
            folder.file("none/a.png") + ": cannot write: No such file or directory");
  EXPECT_THROW(write_png(folder.file("a.png"), Image()), InputError);
  EXPECT_THROW(write_png(folder.file("a.png"), Image{2, 2, 3, {1, 2, 3}}), InputError);
  EXPECT_EQ(folder.count(), 0U);
}

}  // namespace
}  // namespace fovea::test
