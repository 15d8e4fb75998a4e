#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "image/drawing.hpp"
#include "image/figure.hpp"
#include "image/support.hpp"

#include <array>
#include <set>
#include <thread>

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

/// At one pixel for each unit.
Image figure_of(std::vector<Panel> panels, const std::string& heading, std::int64_t columns = 0,
                std::int64_t panel_height = 320) {
  return draw(Figure{heading, "", std::move(panels), columns, panel_height}, 96);
}

DrawnText text_of(const std::string& text, double width = 0, int most_lines = 0, double size = 20) {
  return {{}, text, {size, Weight::Regular, {0, 0, 0}}, Anchor::Left, width, most_lines};
}

TEST(Text, IsWrappedToItsWidth) {
  const std::string text =
      "the quick brown fox jumps over a_word_that_is_far_too_long_to_stand_on_one_line and the lazy dog";
  const double line = measure(text_of("x")).height;
  double last = 0;
  for (const double width : {2000, 300, 90, 40}) {
    const TextSize size = measure(text_of(text, width));
    EXPECT_LE(size.width, width + 0.01);
    EXPECT_GE(size.height, last);
    last = size.height;
  }
  EXPECT_GT(last, 10 * line);
  EXPECT_EQ(measure(text_of("")).height, 0);
  EXPECT_NEAR(measure(text_of("a\nb\nc")).height, 3 * line, 0.01);
  EXPECT_LE(measure(text_of(text, 90, 2)).height, 2 * line + 0.01);
}

TEST(Text, OfOtherScriptsAndDamagedTextIsMeasured) {
  for (const std::string text :
       {"Kätzchen größer", "홍학 (플라밍고)", "埃及猫", "🐼", "שלום עולם", "قطة", "a\xFF\xC3", "a\tb\x01"}) {
    const TextSize size = measure(text_of(text));
    EXPECT_GT(size.width, 5) << text;
    EXPECT_GT(size.height, 15) << text;
  }
  EXPECT_GT(measure(text_of("größer")).width, measure(text_of("gr")).width);
}

/// The box of all pixels that are not white.
Rect ink_of(const Image& image) {
  std::int64_t left = image.width, top = image.height, right = -1, bottom = -1;
  for (std::int64_t y = 0; y < image.height; ++y)
    for (std::int64_t x = 0; x < image.width; ++x)
      if (!is_white(image, {x, y, 1, 1})) {
        left = std::min(left, x), right = std::max(right, x);
        top = std::min(top, y), bottom = std::max(bottom, y);
      }
  return {left, top, right - left + 1, bottom - top + 1};
}

/// Whatever the script, anchor and resolution, ink is where `measure` says, give or take the overhang of
/// italic and accented letters.
TEST(Text, IsDrawnWithinItsBox) {
  for (const std::string text :
       {"WWW", "jgy|ÅÉ", "Kätzchen größer und kleiner", "שלום עולם ועוד", "两只埃及猫"})
    for (const Anchor anchor : {Anchor::Left, Anchor::Middle, Anchor::Right})
      for (const double width : {0.0, 110.0}) {
        DrawnText drawn = text_of(text, width);
        drawn.anchor = anchor;
        drawn.at = {300, 40};
        const TextSize size = measure(drawn);
        const double left = anchor == Anchor::Left     ? 300
                            : anchor == Anchor::Middle ? 300 - size.width / 2
                                                       : 300 - size.width;
        for (const double dpi : {96.0, 192.0}) {
          const double scale = dpi / 96;
          const Rect ink = ink_of(paint({600, 200, "", {drawn}}, dpi));
          SCOPED_TRACE(text);
          EXPECT_GE(ink.x, (left - 2) * scale);
          EXPECT_LE(ink.x + ink.width, (left + size.width + 2) * scale);
          EXPECT_GE(ink.y, 38 * scale);
          EXPECT_LE(ink.y + ink.height, (42 + size.height) * scale);
          EXPECT_GT(ink.width, 0.6 * size.width * scale);
        }
      }
}

TEST(Text, FromRightToLeftBeginsAtTheRight) {
  const auto ink = [](const std::string& text) {
    return ink_of(paint({300, 100, "", {DrawnText{{10, 10}, text, {30, Weight::Regular, {0, 0, 0}}}}}, 96));
  };
  const Image image =
      paint({300, 100, "", {DrawnText{{10, 10}, "ללללו", {30, Weight::Regular, {0, 0, 0}}}}}, 96);
  const Rect all = ink_of(image);
  // Lamed rises above the line, vav does not: what rises stands at the right.
  const Rect lamed = ink("ל"), vav = ink("ו");
  ASSERT_LT(lamed.y, vav.y);
  EXPECT_TRUE(is_white(image, {all.x, 0, vav.width, vav.y - 1}));
  EXPECT_FALSE(is_white(image, {all.x + all.width - lamed.width, 0, lamed.width, vav.y - 1}));
}

TEST(DrawingNotes, NameThePackageOfAMissingFontOnce) {
  take_drawing_notes();
  // Nothing has letters for the private use areas; no package is named for them.
  const std::string nobodys = "\U000F0001";
  measure(text_of("plain " + nobodys));
  std::vector<Note> notes = take_drawing_notes();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].kind, NoteKind::MissingGlyphs);
  EXPECT_EQ(notes[0].names, (std::vector<std::string>{nobodys, ""}));
  EXPECT_EQ(notes[0].counts, std::vector<std::int64_t>{1});
  measure(text_of(nobodys + "\U000F0002"));
  EXPECT_TRUE(take_drawing_notes().empty());
  measure(text_of("Latin Ελληνικά Кириллица × ≥"));
  EXPECT_TRUE(take_drawing_notes().empty());
}

TEST(Figure, PlacesPanelsInRows) {
  const Panel panel{sample(50, 100, 3), "", ""};
  const Image one = figure_of({panel}, "", 0, 200);
  const Image two = figure_of({panel, panel}, "", 0, 200);
  const Image stacked = figure_of({panel, panel}, "", 1, 200);
  EXPECT_GT(two.width, one.width);
  EXPECT_EQ(two.height, one.height);
  EXPECT_EQ(stacked.width, one.width);
  EXPECT_GT(stacked.height, 400);
  EXPECT_EQ(one.height, 240);
}

TEST(Figure, MarginsStayWhiteWhateverTheLabels) {
  const std::string words = "Image-specific saliency of class 130 n02007558 flamingo (score 12.31)";
  const std::string letters(120, 'W');
  const Image figure = figure_of({{sample(320, 240, 3), words + words, letters},
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
  const Image figure = figure_of({{picture, "", ""}}, "", 0, 64);
  expect_same(crop(figure, {20, 20, 120, 64}), picture);
}

TEST(Figure, AColourBarRunsFromLowToHigh) {
  const Image picture = Image::blank(200, 200, 3, 128);
  const Image plain = figure_of({{picture, "", ""}}, "", 1, 200);
  const Image figure = figure_of({{picture, "", "", ColourBar{"inferno", "0", "1"}}}, "", 1, 200);
  EXPECT_GT(figure.height, plain.height);
  EXPECT_EQ(figure.width, plain.width);
  // The row of the bar's middle: its colours are those of the colour map, in order.
  std::vector<std::array<std::uint8_t, 3>> colours;
  const std::int64_t y = 20 + 200 + 6 + 4;
  for (std::int64_t x = 22; x < 218; ++x)
    colours.push_back({figure.at(x, y)[0], figure.at(x, y)[1], figure.at(x, y)[2]});
  Image ramp = Image::blank(256, 1, 1, 0);
  for (std::int64_t x = 0; x < 256; ++x)
    *ramp.at(x, 0) = static_cast<std::uint8_t>(x);
  const Image expected = colorize(ramp, "inferno");
  std::int64_t last = -1;
  for (const auto& colour : colours) {
    std::int64_t at = std::max<std::int64_t>(last, 0);
    const auto is_near = [&](std::int64_t level) {
      const std::uint8_t* other = expected.at(level, 0);
      return std::abs(colour[0] - other[0]) + std::abs(colour[1] - other[1]) +
                 std::abs(colour[2] - other[2]) <=
             9;
    };
    while (at < 256 && !is_near(at))
      ++at;
    ASSERT_LT(at, 256) << "not a colour of the map behind the " << last << "th";
    last = at;
  }
  EXPECT_GT(last, 240);
}

TEST(Figure, ABarsLabelsMakeRoom) {
  const Image figure = figure_of(
      {{Image::blank(20, 20, 3, 128), "", "", ColourBar{"inferno", "a long lowest value", "and a highest"}}},
      "", 1, 100);
  EXPECT_GT(figure.width, 230);
  for (std::int64_t y = 0; y < figure.height; ++y)
    for (const std::int64_t x : {std::int64_t{5}, figure.width - 6})
      EXPECT_EQ(*figure.at(x, y), 255) << x << " " << y;
}

TEST(Figure, AnEmptyPanelKeepsItsPlace) {
  const Image dark = Image::blank(200, 200, 3, 0);
  const Image with = figure_of({{dark, "", ""}, Panel{}, {dark, "", ""}}, "", 3, 200);
  const Image without = figure_of({{dark, "", ""}, {dark, "", ""}}, "", 2, 200);
  EXPECT_EQ(with.height, without.height);
  EXPECT_GT(with.width, without.width + 50);
  const std::uint8_t* middle = with.at(with.width / 2, with.height / 2);
  EXPECT_EQ(std::vector<std::uint8_t>(middle, middle + 3), std::vector<std::uint8_t>(3, 255));
}

TEST(Figure, DetailsStandBelowTheHeading) {
  const Image picture = Image::blank(200, 100, 3, 0);
  const Drawing plain = lay_out(Figure{"heading", "", {{picture, "", ""}}, 1, 100});
  const Drawing with = lay_out(Figure{"heading", "details", {{picture, "", ""}}, 1, 100});
  EXPECT_GT(with.height, plain.height + 10);
  EXPECT_EQ(with.title, "heading");
}

TEST(Figure, TooLongLabelsEndInAnEllipsisInsideTheFigure) {
  std::string words;
  for (int i = 0; i < 400; ++i)
    words += "word" + std::to_string(i) + ' ';
  const Drawing drawing = lay_out(Figure{words, words, {{sample(64, 64, 3), words, words}}, 1, 200});
  EXPECT_LT(drawing.height, 600);
  for (const Mark& mark : drawing.marks)
    if (const auto* text = std::get_if<DrawnText>(&mark)) {
      const TextSize size = measure(*text);
      EXPECT_LE(text->at.x + size.width, drawing.width - 19);
      EXPECT_LE(text->at.y + size.height, drawing.height - 19);
    }
}

TEST(Figure, TheResolutionIsThatOfThePicture) {
  const Panel panel{sample(50, 100, 3), "Title", "caption"};
  const Image small = draw(Figure{"x", "", {panel}}, 96), large = draw(Figure{"x", "", {panel}}, 288);
  EXPECT_NEAR(static_cast<double>(large.width), 3.0 * static_cast<double>(small.width), 3);
  EXPECT_NEAR(static_cast<double>(large.height), 3.0 * static_cast<double>(small.height), 3);
  EXPECT_THROW(draw(Figure{"x", "", {panel}}, 10), InputError);
  EXPECT_THROW(draw(Figure{"x", "", {panel}, 0, 8192}, 1200), InputError);
}

Figure example() {
  return {"Title <&> größer", "details", {{sample(60, 40, 3), "a", "b", ColourBar{"viridis", "0", "1"}}}};
}

TEST(GraphicFiles, AreOfTheKindOfTheirEnding) {
  const TemporaryFolder folder;
  for (const auto& [name, begin] : std::vector<std::pair<std::string, std::string>>{
           {"a.png", "\x89PNG"}, {"b.SVG", "<svg "}, {"c.pdf", "%PDF-1.4"}, {"d.JPG", "\xff\xd8\xff"}}) {
    EXPECT_TRUE(is_graphic_path(name));
    write_graphic(folder.file(name), example());
    EXPECT_TRUE(load(folder.file(name)).starts_with(begin)) << name;
  }
  EXPECT_FALSE(is_graphic_path(".png"));
  EXPECT_FALSE(is_graphic_path("a.gif"));
  EXPECT_THROW(write_graphic(folder.file("a.gif"), example()), InputError);
  EXPECT_THROW(write_graphic(folder.file("none/a.png"), example()), OutputError);
}

TEST(GraphicFiles, APngHasItsResolution) {
  const TemporaryFolder folder;
  write_graphic(folder.file("a.png"), example(), 300);
  const std::string bytes = load(folder.file("a.png"));
  const std::size_t at = bytes.find("pHYs");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(bytes.substr(at + 4, 9), std::string("\0\0\x2e\x23\0\0\x2e\x23\1", 9));  // 11811 a metre
  EXPECT_EQ(read_image(folder.file("a.png")).width, draw(example(), 300).width);
}

/// The same graphic gives the same bytes, whatever was drawn before and at which time; no date is in them.
TEST(GraphicFiles, AreReproducible) {
  const std::string svg = to_svg(example()), pdf = to_pdf(example());
  to_svg(Figure{"another", "", {{sample(9, 9, 3), "z", ""}, {sample(4, 4, 1), "", ""}}});
  EXPECT_EQ(to_svg(example()), svg);
  EXPECT_EQ(to_pdf(example()), pdf);
  EXPECT_EQ(pdf.find("Date"), std::string::npos);
  EXPECT_NE(svg.find("<title>Title &lt;&amp;&gt; größer</title>"), std::string::npos);
}

/// Elements of two drawings may stand in one page: no name is used twice, and each that is referred to is
/// there.
TEST(GraphicFiles, NamesInAnSvgAreItsOwn) {
  const std::string first = to_svg(example());
  Figure other = example();
  other.heading = "other";
  const std::string second = to_svg(other);
  const auto names = [](const std::string& svg, const std::string& start, char end) {
    std::set<std::string> found;
    for (std::size_t at = 0; (at = svg.find(start, at)) != std::string::npos; ++at) {
      const std::size_t begin = at + start.size();
      found.insert(svg.substr(begin, svg.find(end, begin) - begin));
    }
    return found;
  };
  const std::set<std::string> ids = names(first, " id=\"", '"');
  EXPECT_GT(ids.size(), 10U);
  for (const std::string& name : names(first, "href=\"#", '"'))
    EXPECT_TRUE(ids.contains(name)) << name;
  for (const std::string& name : names(first, "url(#", ')'))
    EXPECT_TRUE(ids.contains(name)) << name;
  for (const std::string& name : names(second, " id=\"", '"'))
    EXPECT_FALSE(ids.contains(name)) << name;
}

TEST(GraphicFiles, KeepThePhotosPixelsUpToTheResolution) {
  Image photo = Image::blank(400, 300, 3, 0);
  std::uint32_t noise = 1;
  for (std::uint8_t& value : photo.pixels)
    value = static_cast<std::uint8_t>((noise = noise * 1664525 + 1013904223) >> 24);
  const Figure figure{"", "", {{photo, "", ""}}, 1, 100};
  EXPECT_LT(to_svg(figure, 96).size(), to_svg(figure, 300).size());
  EXPECT_EQ(to_svg(figure, 600).size(), to_svg(figure, 1200).size());
}

TEST(GraphicFiles, AreDrawnByManyThreads) {
  const std::string expected = to_svg(example());
  const Image picture = draw(example());
  std::vector<std::thread> threads;
  std::array<int, 4> same{};
  for (std::size_t t = 0; t < same.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i)
        same[t] += to_svg(example()) == expected && draw(example()).pixels == picture.pixels ? 1 : 0;
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(same, (std::array<int, 4>{5, 5, 5, 5}));
}

TEST(Figure, RefusesWhatItCannotDraw) {
  EXPECT_THROW(figure_of({}, "x"), InputError);
  EXPECT_THROW(figure_of({Panel{}}, "x"), InputError);
  EXPECT_THROW(figure_of({{sample(2, 2, 3), "", ""}}, "", 0, 0), InputError);
  EXPECT_THROW(figure_of({{sample(2, 2, 3), "", ""}}, "", 0, 1'000'000), InputError);
}

}  // namespace
}  // namespace fovea::test
