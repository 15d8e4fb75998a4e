#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "image/support.hpp"
#include "image/text.hpp"

namespace fovea::test {
namespace {

bool is_white(const Image& image, const Rect& rect) {
  for (std::int64_t y = rect.y; y < rect.y + rect.height; ++y)
    for (std::int64_t x = rect.x; x < rect.x + rect.width; ++x)
      for (int c = 0; c < 3; ++c)
        if (image.at(x, y)[c] != 255)
          return false;
  return true;
}

TEST(Text, TransliteratesWhatTheFontLacks) {
  EXPECT_EQ(to_drawable("caf\u00e9 na\u00efve \u00dcber stra\u00dfe"), "cafe naive Uber strasse");
  EXPECT_EQ(to_drawable("7 \u00d7 7 \u2013 \u201cx\u201d \u2026"), "7 x 7 - \"x\" ...");
  EXPECT_EQ(to_drawable("\u6570\u5b57 \U0001F426"), "?? ?");
  EXPECT_EQ(to_drawable("a\xFF\xC3"), "a??");
  EXPECT_EQ(to_drawable("a\tb\r\nc\x01"), "a b\nc?");
}

TEST(Text, WrapsWithoutLosingAnything) {
  const TextStyle style;
  const std::string text =
      "the quick brown fox jumps over a_word_that_is_far_too_long_to_stand_on_one_line and the lazy dog";
  for (const std::int64_t width : {40, 90, 200, 2000}) {
    std::string joined;
    for (const std::string& line : wrap_text(text, width, style)) {
      EXPECT_LE(text_width(line, style), width) << line;
      joined += line;
    }
    std::string expected = text;
    std::erase(joined, ' ');
    std::erase(expected, ' ');
    EXPECT_EQ(joined, expected);
  }
  EXPECT_EQ(wrap_text("a\n\nb", 100, style), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(wrap_text("", 100, style).empty());
  EXPECT_EQ(wrap_text("WW", 1, style), (std::vector<std::string>{"W", "W"}));
}

TEST(Text, NoCharacterIsCut) {
  for (const std::int64_t line_height : {15, 20, 25, 50})
    for (const Weight weight : {Weight::Regular, Weight::Bold})
      for (char c = 33; c < 127; ++c) {
        const TextStyle style{line_height, weight, {0, 0, 0}};
        const std::string text(3, c);
        const std::int64_t width = text_width(text, style);
        Image image = Image::blank(width + 40, line_height + 40, 3, 255);
        draw_text(image, 20, 20, text, style);
        SCOPED_TRACE(text);
        EXPECT_FALSE(is_white(image, {20, 20, width + 1, line_height}));
        // White beyond a quarter of a line, with a row to spare: nothing was cut off there, nor meets its
        // neighbours.
        const std::int64_t spill = line_height / 4;
        EXPECT_TRUE(is_white(image, {0, 0, image.width, 20 - spill}));
        EXPECT_TRUE(is_white(image, {0, 20 + line_height + spill, image.width, 20 - spill}));
        EXPECT_TRUE(is_white(image, {20 + width, 0, 20, image.height}));
      }
}

TEST(Figure, PlacesPanelsInRows) {
  const Panel panel{sample(50, 100, 3), "", ""};
  const Image one = make_figure({panel}, "", 0, 200);
  const Image two = make_figure({panel, panel}, "", 0, 200);
  const Image stacked = make_figure({panel, panel}, "", 1, 200);
  EXPECT_GT(two.width, one.width);
  EXPECT_EQ(two.height, one.height);
  EXPECT_EQ(stacked.width, one.width);
  EXPECT_GT(stacked.height, 400);
  EXPECT_EQ(one.height, 240);
}

TEST(Figure, MarginsStayWhiteWhateverTheLabels) {
  const std::string words = "Image-specific saliency of class 130 n02007558 flamingo (score 12.31)";
  const std::string letters(120, 'W');
  const Image figure = make_figure({{sample(320, 240, 3), words + words, letters},
                                    {sample(3, 200, 1), letters, words + "\n" + words},
                                    {sample(500, 2, 3), "wide", ""},
                                    {sample(7, 7, 1), "", "7 \u00d7 7"}},
                                   words + words + words + letters, 2, 150);
  EXPECT_TRUE(is_white(figure, {0, 0, figure.width, 12}));
  EXPECT_TRUE(is_white(figure, {0, figure.height - 12, figure.width, 12}));
  EXPECT_TRUE(is_white(figure, {0, 0, 12, figure.height}));
  EXPECT_TRUE(is_white(figure, {figure.width - 12, 0, 12, figure.height}));
}

TEST(Figure, ShowsPicturesOfTheRightHeightUnchanged) {
  const Image picture = sample(120, 64, 3);
  const Image figure = make_figure({{picture, "", ""}}, "", 0, 64);
  expect_same(crop(figure, {20, 20, 120, 64}), picture);
}

TEST(Figure, AColourBarRunsFromLowToHigh) {
  const Image picture = Image::blank(200, 200, 3, 128);
  const Image plain = make_figure({{picture, "", ""}}, "", 1, 200);
  const Image figure = make_figure({{picture, "", "", ColourBar{"inferno", "0", "1"}}}, "", 1, 200);
  EXPECT_GT(figure.height, plain.height);
  EXPECT_EQ(figure.width, plain.width);
  // The row of the bar's middle: its colours are those of the colour map, in order.
  std::vector<std::array<std::uint8_t, 3>> colours;
  const std::int64_t y = 20 + 200 + 6 + 9;
  for (std::int64_t x = 50; x < 190; ++x)
    colours.push_back({figure.at(x, y)[0], figure.at(x, y)[1], figure.at(x, y)[2]});
  Image ramp = Image::blank(256, 1, 1, 0);
  for (std::int64_t x = 0; x < 256; ++x)
    *ramp.at(x, 0) = static_cast<std::uint8_t>(x);
  const Image expected = colorize(ramp, "inferno");
  std::int64_t last = -1;
  for (const auto& colour : colours) {
    std::int64_t at = std::max<std::int64_t>(last, 0);
    while (at < 256 && !std::equal(colour.begin(), colour.end(), expected.at(at, 0)))
      ++at;
    ASSERT_LT(at, 256) << "not a colour of the map behind the " << last << "th";
    last = at;
  }
  EXPECT_GT(last, 200);
}

TEST(Figure, ABarsLabelsMakeRoom) {
  const Image figure = make_figure(
      {{Image::blank(20, 20, 3, 128), "", "", ColourBar{"inferno", "a long lowest value", "and a highest"}}},
      "", 1, 100);
  EXPECT_GT(figure.width, 250);
  for (std::int64_t y = 0; y < figure.height; ++y)
    for (const std::int64_t x : {std::int64_t{5}, figure.width - 6})
      EXPECT_EQ(*figure.at(x, y), 255) << x << " " << y;
}

TEST(Figure, AnEmptyPanelKeepsItsPlace) {
  const Image dark = Image::blank(200, 200, 3, 0);
  const Image with = make_figure({{dark, "", ""}, Panel{}, {dark, "", ""}}, "", 3, 200);
  const Image without = make_figure({{dark, "", ""}, {dark, "", ""}}, "", 2, 200);
  EXPECT_EQ(with.height, without.height);
  EXPECT_GT(with.width, without.width + 50);
  const std::uint8_t* middle = with.at(with.width / 2, with.height / 2);
  EXPECT_EQ(std::vector<std::uint8_t>(middle, middle + 3), std::vector<std::uint8_t>(3, 255));
}

TEST(Figure, RefusesWhatItCannotDraw) {
  EXPECT_THROW(make_figure({}, "x"), InputError);
  EXPECT_THROW(make_figure({Panel{}}, "x"), InputError);
  EXPECT_THROW(make_figure({{sample(2, 2, 3), "", ""}}, "", 0, 0), InputError);
  EXPECT_THROW(make_figure({{sample(2, 2, 3), "", ""}}, "", 0, 1'000'000), InputError);
}

}  // namespace
}  // namespace fovea::test
