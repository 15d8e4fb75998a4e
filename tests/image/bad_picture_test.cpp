#include "fovea/error.hpp"
#include "image/support.hpp"

namespace fovea::test {
namespace {

/// The message without the path, which must lead it. Nothing may be printed on the way.
std::string failure(const std::string& path) {
  ::testing::internal::CaptureStderr();
  const std::string message = message_of<InputError>([&] { read_image(path); });
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ");
  return message.substr(std::min(message.size(), path.size() + 2));
}

std::string failure_of(std::string_view bytes) {
  const TemporaryFolder folder;
  store(folder.file("picture"), bytes);
  return failure(folder.file("picture"));
}

TEST(BadPicture, NoFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(failure(folder.file("none.png")), "cannot read: No such file or directory");
  EXPECT_EQ(failure(folder.path()), "cannot read: Is a directory");
  store(folder.file("loop"), "");
  EXPECT_EQ(failure(folder.file("loop/a.png")), "cannot read: Not a directory");
}

TEST(BadPicture, NoPicture) {
  EXPECT_EQ(failure_of(""), "the file is empty");
  EXPECT_EQ(failure_of("hello"), "not a picture: expected PNG, JPEG, WebP, TIFF, BMP or PNM");
  EXPECT_EQ(failure_of(std::string(5000, '\0')), "not a picture: expected PNG, JPEG, WebP, TIFF, BMP or PNM");
  EXPECT_EQ(failure(data("plain.gif")), "GIF is not supported: expected PNG, JPEG, WebP, TIFF, BMP or PNM");
}

TEST(BadPicture, FormatsThatAreNotReadAreNamed) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> formats = {
      {"\0\0\0\x0CjP  \r\n\x87\n"s, "JPEG 2000"},
      {"\xFF\x4F\xFF\x51\0"s, "JPEG 2000"},
      {"\xFF\x0A\x01"s, "JPEG XL"},
      {"\0\0\0\x20"
       "ftypavif\0"s,
       "AVIF"},
      {"\0\0\0\x18"
       "ftypheic\0"s,
       "HEIF"},
      {"II+\0\x08"s, "BigTIFF"},
      {"\x76\x2F\x31\x01\x02"s, "OpenEXR"},
      {"#?RADIANCE\n"s, "Radiance HDR"}};
  for (const auto& [bytes, name] : formats)
    EXPECT_EQ(failure_of(bytes), name + " is not supported: expected PNG, JPEG, WebP, TIFF, BMP or PNM");
}

TEST(BadPicture, BeginsLikeAPictureAndEndsAtOnce) {
  using namespace std::string_literals;
  for (const std::string& whole :
       {"\x89PNG\r\n\x1A\n"s, "\xFF\xD8\xFF\xE0"s, "GIF89a"s, "RIFF\x10\0\0\0WEBPVP8 "s, "II*\0\0\0"s,
        "MM\0*\0\0"s, "BM\0\0\0"s, "P6\n1 1"s})
    for (std::size_t length = 1; length <= whole.size(); ++length)
      EXPECT_NE(failure_of(whole.substr(0, length)), "") << whole << " cut to " << length;
  EXPECT_EQ(failure_of("RIFFx"), "not a picture: expected PNG, JPEG, WebP, TIFF, BMP or PNM");
}

TEST(BadPicture, TenGigabytesThatAreNoPictureAreNotRead) {
  const TemporaryFolder folder;
  for (const char* beginning : {"", "RIFF", "no picture"}) {
    store(folder.file("huge"), beginning);
    std::filesystem::resize_file(folder.file("huge"), std::uintmax_t{10} << 30);  // sparse
    EXPECT_EQ(failure(folder.file("huge")), "not a picture: expected PNG, JPEG, WebP, TIFF, BMP or PNM");
  }
}

/// A progressive JPEG whose first scan is there again and again.
TEST(BadPicture, ScansWithoutEnd) {
  const std::string whole = load(data("progressive.jpg"));
  const auto first = whole.find("\xFF\xDA"), second = whole.find("\xFF\xDA", first + 2);
  ASSERT_NE(second, std::string::npos);
  const auto with_scans = [&](int more) {
    std::string bytes = whole.substr(0, second);
    for (int i = 0; i < more; ++i)
      bytes += whole.substr(first, second - first);
    return bytes + whole.substr(second);
  };
  const TemporaryFolder folder;
  store(folder.file("picture"), with_scans(50));
  EXPECT_NO_THROW(read_image(folder.file("picture")));
  const std::string message = failure_of(with_scans(200));
  EXPECT_NE(message.find("more than 100 scans"), std::string::npos) << message;
}

TEST(BadPicture, Animated) {
  EXPECT_EQ(failure(data("animated.png")),
            "an animated PNG is not supported; convert it to a single picture");
  EXPECT_EQ(failure(data("animated.webp")),
            "an animated WebP is not supported; convert it to a single picture");
}

TEST(BadPicture, TooLargeIsSeenInTheHeader) {
  EXPECT_EQ(failure(data("huge_60000.png")),
            "the PNG is of 60000 x 60000 pixels: at most 200 million are allowed");
  EXPECT_EQ(failure(data("huge_100000.png")),
            "the PNG is of 100000 x 100000 pixels: at most 200 million are allowed");
  EXPECT_EQ(failure_of("P6 2000000000 2000000000 255\n"),
            "the PNM is of 2000000000 x 2000000000 pixels: at most 200 million are allowed");
  // A JPEG whose frame says 65535 x 65535.
  std::string jpeg = load(data("rgb.jpg"));
  const auto frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(failure_of(jpeg), "the JPEG is of 65535 x 65535 pixels: at most 200 million are allowed");
}

TEST(BadPicture, NoPixels) {
  std::string jpeg = load(data("rgb.jpg"));
  jpeg.replace(jpeg.find("\xFF\xC0") + 5, 2, 2, '\0');
  EXPECT_EQ(failure_of(jpeg), "the JPEG is of 37 x 0 pixels: nothing to see");
  std::string png = load(data("rgb.png"));
  png.replace(16, 4, 4, '\0');
  EXPECT_EQ(failure_of(png), "the PNG is of 0 x 23 pixels: nothing to see");
  EXPECT_EQ(failure_of("P5 0 3 255\n"), "the PNM is of 0 x 3 pixels: nothing to see");
}

TEST(BadPicture, CutShortAnywhere) {
  for (const char* name : {"rgb.png", "rgb.jpg", "progressive.jpg", "cmyk.jpg", "rgb.bmp", "rgb.ppm",
                           "rgb.tif", "lossless.webp", "lossy.webp"}) {
    SCOPED_TRACE(name);
    const std::string whole = load(data(name));
    for (const double part : {0.02, 0.1, 0.3, 0.5, 0.8, 0.97}) {
      const auto length = static_cast<std::size_t>(part * static_cast<double>(whole.size()));
      EXPECT_NE(failure_of(whole.substr(0, length)), "") << "cut to " << length << " bytes";
    }
    EXPECT_NE(failure_of(whole.substr(0, whole.size() - 1)), "") << "the last byte is missing";
  }
  EXPECT_EQ(failure_of(load(data("rgb.png")).substr(0, 1000)), "the file is cut short");
  EXPECT_EQ(failure_of("P3 2 1 255 1 2 3 4"), "the file is cut short");
  EXPECT_EQ(failure_of("P5 3"), "the file is cut short");
}

TEST(BadPicture, AJpegWithoutItsEnd) {
  const std::string whole = load(data("rgb.jpg"));
  EXPECT_NE(failure_of(whole.substr(0, whole.size() - 2)).find("cut short or damaged"), std::string::npos);
  // The middle is missing though the end is there.
  EXPECT_NE(failure_of(whole.substr(0, whole.size() - 300) + "\xFF\xD9").find("cut short or damaged"),
            std::string::npos);
}

TEST(BadPicture, Damaged) {
  std::string png = load(data("rgb.png"));
  png[png.size() / 2] ^= 0x40;
  EXPECT_NE(failure_of(png).find("the PNG cannot be decoded"), std::string::npos);
  EXPECT_EQ(failure_of("P3 2 1 255 1 2 3 4 5 x"), "the PNM is damaged: expected a number at byte 21");
  EXPECT_EQ(failure_of("P3 1 1 15 1 2 16"), "the PNM is damaged: a sample of 16 above the maximum 15");
  EXPECT_EQ(failure_of("P6 2 1 70000 123456"), "the PNM is damaged: a maximum of 70000");
  EXPECT_NE(failure(data("float.tif")).find("samples is not supported"), std::string::npos);
}

/// Any byte of any format may be wrong: the answer is a picture or InputError, and silence.
TEST(BadPicture, RandomBytesNeverEscape) {
  const TemporaryFolder folder;
  ::testing::internal::CaptureStderr();
  std::uint32_t state = 1;
  const auto next = [&] { return (state = state * 1664525 + 1013904223) >> 8; };
  for (const char* name :
       {"rgb.png", "orientation6.png", "rgb.jpg", "orientation6.jpg", "progressive.jpg", "rgb.bmp",
        "grey16.pgm", "rgb.tif", "grey16.tif", "lossless.webp", "orientation6.webp"}) {
    const std::string whole = load(data(name));
    for (int round = 0; round < 40; ++round) {
      std::string bytes = whole;
      for (int i = 0; i < 4; ++i)
        bytes[next() % std::min<std::size_t>(bytes.size(), round % 2 ? bytes.size() : 64)] =
            static_cast<char>(next());
      store(folder.file("picture"), bytes);
      try {
        read_image(folder.file("picture"));
      } catch (const InputError&) {
        continue;
      }
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace fovea::test
