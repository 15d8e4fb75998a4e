#include "studio/strokes.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace fovea::studio {
namespace {

std::vector<Stroke> read(const std::string& text) {
  JsonFields fields = JsonFields::parse(text, "body");
  std::vector<Stroke> strokes = read_strokes(fields);
  fields.expect_no_others();
  return strokes;
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

std::string drawn(const Trimap& seeds) {
  std::string text;
  for (std::int64_t y = 0; y < seeds.height; ++y) {
    for (std::int64_t x = 0; x < seeds.width; ++x)
      text += ".#o"[static_cast<int>(seeds.at(x, y))];
    text += "\n";
  }
  return text;
}

TEST(Strokes, AreReadStrictly) {
  const auto strokes = read(R"({"strokes":[{"label":"background","radius":2.5,"points":[[1,2],[3.5,4]]}]})");
  ASSERT_EQ(strokes.size(), 1U);
  EXPECT_EQ(strokes[0].label, Seed::Background);
  EXPECT_EQ(strokes[0].radius, 2.5);
  EXPECT_EQ(strokes[0].points[1].x, 3.5);
  EXPECT_TRUE(read("{}").empty());
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {R"({"strokes":3})", "field 'strokes': expected a list"},
           {R"({"strokes":[4]})", "strokes[0]"},
           {R"({"strokes":[{"radius":1,"points":[[1,2]]}]})", "strokes[0].label': is missing"},
           {R"({"strokes":[{"label":"dog","points":[[1,2]]}]})", "expected one of object, background"},
           {R"({"strokes":[{"label":"object","radius":-1,"points":[[1,2]]}]})", "strokes[0].radius"},
           {R"({"strokes":[{"label":"object"}]})", "strokes[0].points': is missing"},
           {R"({"strokes":[{"label":"object","points":[]}]})", "is empty"},
           {R"({"strokes":[{"label":"object","points":[[1,2],[3]]}]})", "strokes[0].points[1]"},
           {R"({"strokes":[{"label":"object","points":[1,2]}]})", "points[0]"},
           {R"({"strokes":[{"label":"object","points":[[1e300,2]]}]})", "no place of a photo"},
           {R"({"strokes":[{"label":"object","points":[[1,2]],"colour":1}]})", "colour"}})
    EXPECT_NE(refusal(text).find(words), std::string::npos) << text << " -> " << refusal(text);
}

TEST(Strokes, CoverWhatTheirBrushTouches) {
  // A disc of radius 1.5 around the middle of pixel (2, 2).
  EXPECT_EQ(drawn(seeds_of({{Seed::Foreground, 1.5, {{2.5, 2.5}}}}, 6, 5)),
            "......\n.###..\n.###..\n.###..\n......\n");
  // A line without width leaves no holes.
  EXPECT_EQ(drawn(seeds_of({{Seed::Background, 0, {{0.5, 0.5}, {5.5, 2.5}}}}, 6, 3)),
            "oo....\n..oo..\n....oo\n");
  // A later stroke covers an earlier one.
  EXPECT_EQ(
      drawn(seeds_of({{Seed::Foreground, 1, {{0.5, 0.5}, {4.5, 0.5}}}, {Seed::Background, 0, {{2.5, 0.5}}}},
                     5, 1)),
      "##o##\n");
}

/// Against the definition, pixel by pixel.
TEST(Strokes, AreAllPixelsNearTheLine) {
  for (int trial = 0; trial < 30; ++trial) {
    const double radius = 0.6 + 0.37 * trial;
    const RealPoint a{3.0 + trial, 17.3}, b{40.2 - trial, 2.0 + trial};
    const Trimap seeds = seeds_of({{Seed::Foreground, radius, {a, b}}}, 48, 36);
    for (std::int64_t y = 0; y < 36; ++y)
      for (std::int64_t x = 0; x < 48; ++x) {
        double nearest = 1e9;
        for (int i = 0; i <= 4000; ++i) {
          const double t = i / 4000.0;
          nearest = std::min(nearest, std::hypot(a.x + t * (b.x - a.x) - (static_cast<double>(x) + 0.5),
                                                 a.y + t * (b.y - a.y) - (static_cast<double>(y) + 0.5)));
        }
        if (std::abs(nearest - radius) < 0.02)
          continue;
        ASSERT_EQ(seeds.at(x, y) == Seed::Foreground, nearest < radius) << trial << ": " << x << ", " << y;
      }
  }
}

TEST(Strokes, AreCutOffAtTheBorderButNotLostBehindIt) {
  const Trimap seeds = seeds_of({{Seed::Foreground, 2, {{-50, 1.5}, {90, 1.5}}}}, 4, 3);
  EXPECT_EQ(seeds.count(Seed::Foreground), 12);
  EXPECT_THROW(seeds_of({{Seed::Foreground, 2, {{10, 1}}}}, 4, 3), InputError);
  EXPECT_THROW(seeds_of({{Seed::Foreground, 0, {{4, 1}}}}, 4, 3), InputError);
  EXPECT_NO_THROW(seeds_of({{Seed::Foreground, 0, {{3.99, 2.99}}}}, 4, 3));
}

}  // namespace
}  // namespace fovea::studio
