#include "fovea/decode_image.hpp"
#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/image.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

std::string picture(int orientation, const char* ending = ".jpg") {
  return std::string(FOVEA_TEST_DATA "/image/orientation") + std::to_string(orientation) + ending;
}

/// The only pixel above 128, as a box.
RealBox box_of(const Image& image) {
  for (std::int64_t y = 0; y < image.height; ++y)
    for (std::int64_t x = 0; x < image.width; ++x)
      if (*image.at(x, y) > 128)
        return {static_cast<double>(x), static_cast<double>(y), static_cast<double>(x + 1),
                static_cast<double>(y + 1)};
  return {};
}

TEST(TurnUpright, TakesBoxesWhereItTakesPixels) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image stored = Image::blank(5, 3, 1, 0);
    *stored.at(3, 1) = 255;
    const RealBox expected = box_of(turn_upright(stored, orientation));
    EXPECT_EQ(turn_upright(RealBox{3, 1, 4, 2}, 5, 3, orientation), expected) << orientation;
    *stored.at(3, 1) = 0;
    *stored.at(0, 2) = 255;
    EXPECT_EQ(turn_upright(RealBox{0, 2, 1, 3}, 5, 3, orientation),
              box_of(turn_upright(stored, orientation)));
  }
  EXPECT_THROW(turn_upright(Image::blank(1, 1, 3, 0), 9), InputError);
}

TEST(TurnUpright, OrientationsAreReadFromTheHeader) {
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (const char* ending : {".jpg", ".png", ".webp", ".tif"}) {
      const std::string path = picture(orientation, ending);
      EXPECT_EQ(read_orientation(path), orientation) << ending;
      EXPECT_EQ(decode_orientation(load(path), "photos.tar/a.jpg"), orientation) << ending;
    }
  EXPECT_EQ(message_of<InputError>([] {
              decode_orientation("GIF89a", "photos.tar/a.gif");
            }).find("photos.tar/a.gif: "),
            0U);
}

TEST(TurnUpright, TruthOfAPictureThatIsNoFileTakesItsOrientation) {
  AnnotatedImage truth;
  truth.boxes = {{1, 2, 5, 4}};
  truth.width = 9;
  truth.height = 7;
  EXPECT_TRUE(turn_upright(truth, "photos.tar/a.jpg", 7, 9, [] { return 6; }));
  EXPECT_EQ(truth.boxes[0], turn_upright(RealBox{1, 2, 5, 4}, 9, 7, 6));
}

TEST(TurnUpright, TruthOnTheStoredPictureIsToldByItsSize) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image upright = read_image(picture(orientation));
    ASSERT_NE(upright.width, upright.height);
    AnnotatedImage truth;
    truth.boxes = {{1, 2, 5, 4}};
    EXPECT_FALSE(turn_upright(truth, picture(orientation), upright.width, upright.height)) << "no size";
    truth.width = upright.width;
    truth.height = upright.height;
    EXPECT_FALSE(turn_upright(truth, picture(orientation), upright.width, upright.height)) << "upright";
    EXPECT_EQ(truth.boxes[0], (RealBox{1, 2, 5, 4}));
    std::swap(truth.width, truth.height);
    if (orientation < 5) {
      EXPECT_THROW(turn_upright(truth, picture(orientation), upright.width, upright.height), InputError);
      continue;
    }
    EXPECT_TRUE(turn_upright(truth, picture(orientation), upright.width, upright.height));
    EXPECT_EQ(truth.boxes[0], turn_upright(RealBox{1, 2, 5, 4}, upright.height, upright.width, orientation));
    EXPECT_EQ(truth.width, upright.width);
  }
  AnnotatedImage other;
  other.width = 7;
  other.height = 9;
  EXPECT_THROW(turn_upright(other, picture(6), 23, 37), InputError);
}

}  // namespace
}  // namespace fovea::test
