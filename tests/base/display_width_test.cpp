#include "base/display_width.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("cat.jpg"), 7U);
  EXPECT_EQ(display_width("Kätzchen größer"), 15U);
  EXPECT_EQ(display_width("e\u0301"), 1U) << "an accent of its own";
  EXPECT_EQ(display_width("埃及猫"), 6U);
  EXPECT_EQ(display_width("홍학"), 4U);
  EXPECT_EQ(display_width("🐼"), 2U);
  EXPECT_EQ(display_width("\xE9\xFFx"), 3U) << "bytes that are not UTF-8";
}

TEST(DisplayWidth, FittedTextKeepsBothEnds) {
  EXPECT_EQ(fitted_text("photos/cat.jpg", 14), "photos/cat.jpg");
  EXPECT_EQ(fitted_text("photos/cat.jpg", 9), "phot….jpg");
  EXPECT_EQ(fitted_text("photos/cat.jpg", 1), "…");
  EXPECT_EQ(fitted_text("photos/cat.jpg", 0), "");
  EXPECT_EQ(fitted_text("埃及猫", 4), "埃…") << "half a wide character is none";
  const std::string text = "埃及猫 größer 🐼 e\u0301 cat";
  for (std::size_t columns = 0; columns < 30; ++columns)
    EXPECT_LE(display_width(fitted_text(text, columns)), columns);
}

}  // namespace
}  // namespace fovea::test
