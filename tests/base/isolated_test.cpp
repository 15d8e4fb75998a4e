#include "base/isolated.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(Isolated, ANameWithLettersFromRightToLeftStandsBetweenMarks) {
  EXPECT_EQ(isolated("\u0642\u0637.jpg"), "\u200E\u2068\u0642\u0637.jpg\u2069");
  EXPECT_EQ(isolated_file("\u0642\u0637.jpg"), "\u200E\u2066\u0642\u0637.jpg\u2069");
  EXPECT_EQ(isolated("a \u05D7"), "\u200E\u2068a \u05D7\u2069");
}

TEST(Isolated, AnyOtherNameStaysAsItIs) {
  for (const char* name : {"cat.jpg", "K\u00E4tzchen", "\uD64D\uD559", "\U0001F43C", "", "\xD8", "\xF0\x9F"})
    EXPECT_EQ(isolated(name) + isolated_file(name), std::string(name) + name);
}

}  // namespace
}  // namespace fovea::test
