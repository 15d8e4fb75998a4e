/// Pictures with boxes.
#include "image/figure.hpp"
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

TEST(BoxedPicture, has_the_first_box_on_top_and_no_label_on_another) {
  const RealBox box{150, 300, 450, 540};
  const Image drawn =
      draw(BoxedPicture{Image::blank(900, 600, 3, 128), {{box, "1  car  0.87"}, {box, "2  truck  0.25"}}});
  EXPECT_TRUE(is_near(drawn.at(150, 400), {0, 114, 178})) << "the line of the first";
  EXPECT_TRUE(is_near(drawn.at(152, 297), {0, 114, 178})) << "its label above the box";
  EXPECT_TRUE(is_near(drawn.at(154, 304), {213, 94, 0})) << "the label of the second inside";
}

TEST(BoxedPicture, shortens_the_name_in_a_label_that_is_too_wide_and_keeps_its_last_word) {
  const Drawing drawing = lay_out(
      BoxedPicture{Image::blank(400, 200, 3, 128),
                   {{{0, 50, 100, 100}, "1  a näme that is longer than all of the width of it ää  0.87"}}});
  const auto& text = std::get<DrawnText>(drawing.marks.back());
  EXPECT_TRUE(text.text.ends_with("…  0.87")) << text.text;
  EXPECT_TRUE(text.text.starts_with("1  a näme that is ")) << text.text;
  EXPECT_LE(text.at.x + measure(text).width, drawing.width);
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
