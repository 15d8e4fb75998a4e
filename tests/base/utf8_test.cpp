#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::string kReplaced = "\xEF\xBF\xBD";

TEST(Utf8, ValidTextStaysAsItIs) {
  for (const std::string text :
       {"", "plain", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x90\x95", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(valid_utf8(text), text);
    EXPECT_EQ(shown(text), text);
  }
}

TEST(Utf8, EveryByteThatBelongsToNoCharacterIsReplaced) {
  EXPECT_EQ(valid_utf8("caf\xE9 noir"), "caf" + kReplaced + " noir");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), kReplaced + kReplaced) << "overlong";
  EXPECT_EQ(valid_utf8("\xE0\x80\xAF"), kReplaced + kReplaced + kReplaced) << "overlong";
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), kReplaced + kReplaced + kReplaced) << "a surrogate";
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").size(), 12U) << "beyond the last character";
  EXPECT_EQ(valid_utf8("\xF8\x88\x80\x80\x80").size(), 15U);
  EXPECT_EQ(valid_utf8("\xE2\x82"), kReplaced + kReplaced) << "cut short";
  EXPECT_EQ(valid_utf8("\xE2\x82z"), kReplaced + kReplaced + "z");
  EXPECT_FALSE(is_valid_utf8("\x80"));
  for (int byte = 0; byte < 256; ++byte)
    EXPECT_TRUE(is_valid_utf8(valid_utf8(std::string(3, static_cast<char>(byte))))) << byte;
}

TEST(Utf8, WhatATerminalActsOnIsShownAsAnEscape) {
  EXPECT_EQ(shown("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(shown("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(shown(std::string("nul\0", 4)), "nul\\x00");
  EXPECT_EQ(shown("\x7f"), "\\u007f");
  EXPECT_EQ(shown("\xC2\x9B"
                  "31m"),
            "\\u009b31m")
      << "CSI of C1";
  EXPECT_EQ(shown("\xE2\x80\xAEgnp.exe"), "\\u202egnp.exe") << "right to left";
  EXPECT_EQ(shown("\xE2\x81\xA6"), "\\u2066");
  EXPECT_EQ(shown("\xE2\x80\xA8"), "\\u2028");
  EXPECT_EQ(shown("caf\xE9"), "caf\\xe9");
  EXPECT_EQ(shown(shown("\x1b\xE9\n")), shown("\x1b\xE9\n"));
  EXPECT_EQ(shown_lines("a\n\x1b\n"), "a\n\\x1b\n");
}

}  // namespace
}  // namespace fovea::test
