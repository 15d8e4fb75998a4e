#include "base/file_name_part.hpp"

#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(FileNamePart, KeepsLettersOfAnyScript) {
  EXPECT_EQ(file_name_part("golf ball", "x"), "golf-ball");
  EXPECT_EQ(file_name_part("Tigerkätzchen", "x"), "Tigerkätzchen");
  EXPECT_EQ(file_name_part("홍학 (플라밍고)", "x"), "홍학-플라밍고");
  EXPECT_EQ(file_name_part("埃及猫", "x"), "埃及猫");
  EXPECT_EQ(file_name_part("🐼", "x"), "🐼");
  EXPECT_EQ(file_name_part("قطة", "x"), "قطة");
}

TEST(FileNamePart, HoldsNothingThatFileSystemsOrShellsTakeForMore) {
  EXPECT_EQ(file_name_part("/stages/0/relu", "x"), "stages-0-relu");
  EXPECT_EQ(file_name_part("../..", "x"), "x");
  EXPECT_EQ(file_name_part("-rf *", "x"), "rf");
  EXPECT_EQ(file_name_part("a\\b:c\"d\ne\x7f", "x"), "a-b-c-d-e");
  EXPECT_EQ(file_name_part("a\u202eb\u3000c", "x"), "a-b-c");
  EXPECT_EQ(file_name_part("a\xffz\xc3", "x"), "a-z");
  EXPECT_EQ(file_name_part("", "layer"), "layer");
  EXPECT_EQ(file_name_part("Con", "x"), "Con_");
  EXPECT_EQ(file_name_part("com1", "x"), "com1_");
  EXPECT_EQ(file_name_part("comb", "x"), "comb");
}

TEST(FileNamePart, IsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += i % 2 ? "猫" : "é ";
  for (std::size_t most = 3; most < 30; ++most) {
    const std::string part = file_name_part(text, "x", most);
    EXPECT_LE(part.size(), most);
    EXPECT_GT(part.size() + 4, most);
    EXPECT_TRUE(is_valid_utf8(part)) << part;
    EXPECT_NE(part.back(), '-') << part;
  }
}

}  // namespace
}  // namespace fovea::test
