#include "fovea/explain.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const Tensor& map() {
  static const std::vector<float> values = {3, 1, 2, 5};
  static const Tensor map = Tensor::from<float>({2, 2}, std::span<const float>(values));
  return map;
}

TEST(DisplayLevels, start_at_zero_where_each_channel_has_its_relevance) {
  const DisplayLevels levels = display_levels(map(), MethodInfo::Values::PerChannel, {.percentile = 100});
  EXPECT_EQ(levels.black, 0);
  EXPECT_EQ(levels.white, 5);
}

TEST(DisplayLevels, start_at_the_smallest_value_where_channels_share_their_relevance) {
  const DisplayLevels levels = display_levels(map(), MethodInfo::Values::PerPixel, {.percentile = 50});
  EXPECT_EQ(levels.black, 1);
  EXPECT_EQ(levels.white, 2.5);
}

}  // namespace
}  // namespace fovea::test
