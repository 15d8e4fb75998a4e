#include "base/wrapped_text.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Lines = std::vector<std::string>;

TEST(WrappedText, BreaksAtBlanksAlone) {
  EXPECT_EQ(wrapped_lines("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped_lines("one two three", 8), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped_lines("one two three", 13), (Lines{"one two three"}));
  EXPECT_EQ(wrapped_lines("  one \n two\t", 80), (Lines{"one two"}));
  EXPECT_EQ(wrapped_lines("a unbreakable b", 4), (Lines{"a", "unbreakable", "b"}));
  EXPECT_EQ(wrapped_lines("one two", 0), (Lines{"one", "two"}));
  EXPECT_EQ(wrapped_lines("", 10), (Lines{""}));
  EXPECT_EQ(wrapped_lines(" ", 10), (Lines{""}));
}

TEST(WrappedText, CountsColumnsNotBytes) {
  EXPECT_EQ(wrapped_lines("홍학 홍학", 8), (Lines{"홍학", "홍학"}));
  EXPECT_EQ(wrapped_lines("홍학 홍학", 9), (Lines{"홍학 홍학"}));
  EXPECT_EQ(wrapped_lines("\xC3\xA4\xC3\xA4 \xC3\xB6\xC3\xB6", 5),
            (Lines{"\xC3\xA4\xC3\xA4 \xC3\xB6\xC3\xB6"}));
}

TEST(HangingLines, ContinueBelowTheLastColumn) {
  const std::string rows = "name    what it is and what it does\nother   short\n";
  EXPECT_EQ(hanging_lines(rows, 0), rows);
  EXPECT_EQ(hanging_lines(rows, 80), rows);
  EXPECT_EQ(hanging_lines(rows, 30), "name    what it is and what it\n        does\nother   short\n");
  EXPECT_EQ(hanging_lines("a  b  one two three four five six seven", 30),
            "a  b  one two three four five\n      six seven");
}

TEST(HangingLines, AreIndentedWithoutColumnsOrRoom) {
  EXPECT_EQ(hanging_lines("note: one two three four\n", 16), "note: one two\n  three four\n");
  EXPECT_EQ(hanging_lines("  one two three four", 12), "  one two\n    three\n    four");
  EXPECT_EQ(hanging_lines("a long first column  one two", 24), "a long first column one\n  two");
  EXPECT_EQ(hanging_lines("", 10), "");
  EXPECT_EQ(hanging_lines("\n\n", 10), "\n\n");
}

TEST(TwoColumns, WrapsTheRightOne) {
  EXPECT_EQ(two_columns({{"-a", "first"}, {"--long", "one two three four five six"}}, 30),
            "  -a      first\n"
            "  --long  one two three four\n"
            "          five six\n");
}

TEST(TwoColumns, ALongNameHasALineOfItsOwn) {
  EXPECT_EQ(two_columns({{"-a", "first"}, {"--very-long", "second"}}, 80, 6), "  -a  first\n"
                                                                              "  --very-long\n"
                                                                              "      second\n");
  EXPECT_EQ(two_columns({{"name", ""}}, 80), "  name\n");
}

TEST(TwoColumns, AtAnyWidthNoWordIsCut) {
  const std::string text = "how the network computes. f32: float32; f64: float64, on the reference backend";
  for (std::size_t width = 1; width < 120; ++width) {
    const std::string table = two_columns({{"--precision TEXT", text}}, width);
    std::string joined;
    for (const std::string& line : wrapped_lines(table, 100000))
      joined += line;
    EXPECT_EQ(joined, "--precision TEXT " + text) << width;
  }
}

}  // namespace
}  // namespace fovea::test
