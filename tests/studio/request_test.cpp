#include "studio/request.hpp"

#include <gtest/gtest.h>

namespace fovea::studio {
namespace {

TEST(PercentEncoding, IsUndone) {
  const std::string text = "a b/é%가\n\"";
  EXPECT_EQ(percent_encoded("a b"), "a%20b");
  EXPECT_EQ(percent_decoded(percent_encoded(text)), text);
  EXPECT_EQ(percent_decoded("%"), std::nullopt);
  EXPECT_EQ(percent_decoded("%1"), std::nullopt);
}

}  // namespace
}  // namespace fovea::studio
