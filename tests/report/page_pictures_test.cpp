#include "report/page_pictures.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <set>

namespace fovea::test {
namespace {

Image read_back(const std::string& bytes) {
  const TemporaryFolder folder;
  store(folder.file("a.webp"), bytes);
  return read_image(folder.file("a.webp"));
}

/// A row of all levels.
Image ramp(std::int64_t channels) {
  Image image = Image::blank(256, 1, channels, 0);
  for (std::int64_t i = 0; i < 256; ++i)
    *image.at(i, 0) = static_cast<std::uint8_t>(i);
  return image;
}

TEST(PagePictures, KeepGreyMapsAsTheyAre) {
  const Image back = read_back(page_map(ramp(1)));
  for (std::int64_t i = 0; i < 256; ++i)
    for (std::int64_t c = 0; c < 3; ++c)
      EXPECT_EQ(back.at(i, 0)[c], i);
}

TEST(PagePictures, KeepSignAnd128LevelsOfOthers) {
  const Image back = read_back(page_map(ramp(3)));
  std::set<int> levels;
  for (std::int64_t i = 0; i < 256; ++i) {
    EXPECT_NEAR(back.at(i, 0)[0], i, 1);
    EXPECT_EQ(back.at(i, 0)[1], 0);
    EXPECT_EQ(back.at(i, 0)[2], 0);
    levels.insert(back.at(i, 0)[0]);
  }
  EXPECT_EQ(levels.size(), 128U);
  EXPECT_TRUE(levels.count(0) == 1 && levels.count(255) == 1);
}

TEST(PagePictures, AreSmallerThanPngAndJpeg) {
  const Image photo = read_image(std::string(FOVEA_SOURCE_DIR) + "/samples/church.jpg");
  EXPECT_LT(page_photo(photo).size(), encode_jpeg(photo).size());
  EXPECT_LT(page_map(photo).size(), encode_png(photo).size());
}

}  // namespace
}  // namespace fovea::test
