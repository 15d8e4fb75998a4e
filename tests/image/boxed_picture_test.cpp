/// Pictures with boxes.
#include "image/support.hpp"

namespace fovea::test {
namespace {

/// Whether a pixel is nearer to one colour than to grey, within what a line's edge and the scaling of
/// pictures blur.
bool is_near(const std::uint8_t* pixel, const Colour& colour) {
  int difference = 0;
  for (std::size_t c = 0; c < 3; ++c)
    difference += std::abs(pixel[c] - colour[c]);
  return difference < 60;
}

TEST(BoxedPicture, has_its_own_resolution_and_a_line_around_each_box) {
  const BoxedPicture picture{Image::blank(900, 600, 3, 128),
                             {{{150, 300, 450, 540}, ""}, {{600, 90, 840, 300}, "2  dog"}}};
  const Image drawn = draw(picture);
  EXPECT_EQ(drawn.width, 900);
  EXPECT_EQ(drawn.height, 600);
  EXPECT_TRUE(is_near(drawn.at(150, 400), {0, 114, 178}));
  EXPECT_TRUE(is_near(drawn.at(300, 540), {0, 114, 178}));
  EXPECT_TRUE(is_near(drawn.at(840, 200), {213, 94, 0}));
  EXPECT_TRUE(is_near(drawn.at(300, 420), {128, 128, 128})) << "inside";
  EXPECT_TRUE(is_near(drawn.at(602, 70), {213, 94, 0})) << "the label above the box";
}

TEST(BoxedPicture, of_few_pixels_is_enlarged) {
  const Image drawn = draw(BoxedPicture{Image::blank(100, 50, 3, 128),
                                        {{{0, 0, 100, 50}, "1  a name that is longer than all of it"}}});
  EXPECT_EQ(drawn.width, 600);
  EXPECT_EQ(drawn.height, 300);
  EXPECT_NE(to_svg(BoxedPicture{Image::blank(100, 50, 3, 128), {}}).find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace fovea::test
