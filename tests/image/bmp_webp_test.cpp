#include "fovea/error.hpp"
#include "image/support.hpp"

#include <algorithm>
#include <filesystem>

namespace fovea::test {
namespace {

using namespace std::string_literals;

std::string kind_data(const std::string& name) {
  return std::string(FOVEA_TEST_DATA "/bmp_webp/") + name;
}

std::vector<std::string> pictures() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kind_data("")))
    if (entry.path().extension() != ".npy")
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

class BmpAndWebP : public ::testing::TestWithParam<std::string> {};

TEST_P(BmpAndWebP, AreReadAsPillowDoes) {
  expect_same(read_image(kind_data(GetParam())), golden("../bmp_webp/" + GetParam() + ".npy"));
}

/// These files contain no byte that the picture does not need, except an end marker.
TEST_P(BmpAndWebP, CutShortAreRefused) {
  const std::string whole = load(kind_data(GetParam()));
  const TemporaryFolder folder;
  for (std::size_t length = 1; length + 3 < whole.size(); length += whole.size() / 25 + 1) {
    store(folder.file("picture"), whole.substr(0, length));
    EXPECT_THROW(read_image(folder.file("picture")), InputError) << "cut to " << length << " bytes";
  }
}

std::string kind_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Kinds, BmpAndWebP, ::testing::ValuesIn(pictures()), kind_name);

TEST(BmpAndWebPFiles, AreThere) {
  EXPECT_GE(pictures().size(), 36U);
}

std::string failure_of(std::string_view bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.file("picture");
  store(path, bytes);
  const std::string message = message_of<InputError>([&] { read_image(path); });
  return message.substr(std::min(message.size(), path.size() + 2));
}

/// The picture with the bytes at `offset` replaced.
std::string with(const std::string& name, std::size_t offset, const std::string& bytes) {
  return load(kind_data(name)).replace(offset, bytes.size(), bytes);
}

TEST(Bmp, KindsThatAreNotReadAreNamed) {
  EXPECT_EQ(failure_of(with("rgb24.bmp", 14, "\x0D"s)),
            "a BMP whose header has 13 bytes is not supported; convert it to PNG");
  EXPECT_EQ(failure_of(with("rgb24.bmp", 28, "\x40"s)),
            "a BMP of 64 bits a pixel is not supported; convert it to PNG");
  for (const char* compression : {"\4", "\5", "\7"})  // a JPEG, a PNG, nothing known
    EXPECT_EQ(failure_of(with("rgb24.bmp", 30, compression)), "a BMP of compression "s +
                                                                  static_cast<char>('0' + compression[0]) +
                                                                  " is not supported; convert it to PNG");
  EXPECT_EQ(failure_of(with("os2_long_palette4.bmp", 30, "\3")),
            "a BMP of compression 3 is not supported; convert it to PNG");
}

TEST(Bmp, DamageIsNamed) {
  EXPECT_EQ(failure_of(with("runs8.bmp", 30, "\2")),
            "the BMP is damaged: run-length coding 2 with 8 bits a pixel");
  EXPECT_EQ(failure_of(with("palette8.bmp", 30, "\3")),
            "the BMP is damaged: masks of colours with 8 bits a pixel");
  EXPECT_EQ(failure_of(with("rgb565.bmp", 54, "\1\x80"s)),
            "the BMP is damaged: 0x8001 is no mask of a colour");
  EXPECT_EQ(failure_of(with("palette8_of_5.bmp", 14 + 40 + 20, "\5")),
            "the BMP is damaged: a pixel has colour 5 of a palette of 5");
  EXPECT_EQ(failure_of(with("rgb24.bmp", 18, "\0\0"s)), "the BMP is of 0 x 7 pixels: nothing to see");
  EXPECT_EQ(failure_of(with("rgb24.bmp", 22, "\0\0\0\x80"s)),
            "the BMP is of 13 x 2147483648 pixels: at most 200 million are allowed");
}

TEST(Bmp, RunsStayInThePicture) {
  const std::size_t pixels = 14 + 40 + 4 * 256;
  EXPECT_EQ(failure_of(with("runs8.bmp", pixels, "\x0E")),
            "the BMP is damaged: a run of 14 pixels from column 0 in a picture 13 wide");
  EXPECT_EQ(failure_of(with("runs8.bmp", pixels, "\0\x0E"s)),
            "the BMP is damaged: a run of 14 pixels from column 0 in a picture 13 wide");
  EXPECT_EQ(failure_of(with("runs8.bmp", pixels, "\0\2\x0E\0"s)),
            "the BMP is damaged: its run-length coding leaves the picture");
  EXPECT_EQ(failure_of(with("runs8.bmp", pixels, "\0\2\0\x08"s)),
            "the BMP is damaged: its run-length coding leaves the picture");
}

TEST(WebP, DamageIsNamed) {
  EXPECT_EQ(failure_of(with("alpha_lossy.webp", 24, "\xFF")),
            "the WebP cannot be decoded: it is damaged");  // the canvas is wider than the picture
  std::string cut = load(kind_data("profile.webp"));
  cut.replace(4, 4, "\x0C\0\0\0"s);
  EXPECT_EQ(failure_of(cut), "the WebP has no picture");
}

}  // namespace
}  // namespace fovea::test
