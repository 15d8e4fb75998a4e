#include "base/number_list.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(NumberList, IsWholeNumbersBetweenCommas) {
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(parse_number_list("3"), Numbers{3});
  EXPECT_EQ(parse_number_list("12,0,7"), (Numbers{12, 0, 7}));
  for (const char* text :
       {"", ",", "1,", ",1", "1,,2", "-1", "1.5", "1 ,2", "x", "1x", "99999999999999999999"})
    EXPECT_EQ(parse_number_list(text), std::nullopt) << text;
}

}  // namespace
}  // namespace fovea::test
