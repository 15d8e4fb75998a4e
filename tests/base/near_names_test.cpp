#include "base/near_names.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

TEST(NearNames, CountEdits) {
  EXPECT_EQ(near_miss("fire", "fire"), 0U);
  EXPECT_EQ(near_miss("fire", "fir"), 1U);
  EXPECT_EQ(near_miss("conv1", "cnov1"), 2U);
  EXPECT_EQ(near_miss("fire5", "fire5/concat_1"), 1U) << "holds it";
  EXPECT_EQ(near_miss("ab", "cd"), std::nullopt) << "nothing in common";
  EXPECT_EQ(near_miss("layer", "pool"), std::nullopt);
  EXPECT_EQ(near_miss("", "pool"), std::nullopt);
}

TEST(NearNames, AreSortedAndFew) {
  const std::vector<std::string> names = {"conv10", "pool", "conv2", "conv1", "conv1x"};
  EXPECT_EQ(near_names("conv1", names, 3), (std::vector<std::string>{"conv1", "conv10", "conv2"}));
  EXPECT_EQ(near_names("conv1", names, 0), std::vector<std::string>{});
  EXPECT_EQ(near_names("something", names, 3), std::vector<std::string>{});
}

}  // namespace
}  // namespace fovea
