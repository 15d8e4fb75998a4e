#include "studio/request.hpp"

#include <gtest/gtest.h>

namespace fovea::studio {
namespace {

TEST(PercentEncoding, LeavesPlainCharactersOfAsciiAlone) {
  EXPECT_EQ(percent_encoded("a b/é%가\n\""), "a%20b%2F%C3%A9%25%EA%B0%80%0A%22");
}

}  // namespace
}  // namespace fovea::studio
