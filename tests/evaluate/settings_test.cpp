#include "evaluate/settings.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(SettingsJson, has_the_options_of_methods_by_their_names) {
  MethodOptions options;
  options.baseline = Baseline::Blurred;
  options.merge = ChannelMerge::L2;
  options.layer = "conv5";
  options.seed = 7;
  const nlohmann::ordered_json json = settings_json(options);
  EXPECT_EQ(json.size(), 17U);
  EXPECT_EQ(json["heads"], "mean");
  EXPECT_EQ(json["blocks"], 0);
  EXPECT_EQ(json["baseline"], "blurred");
  EXPECT_EQ(json["merge"], "l2");
  EXPECT_EQ(json["layer"], "conv5");
  EXPECT_EQ(json["seed"], 7);
}

TEST(SettingsJson, has_all_of_a_preprocessing) {
  const nlohmann::ordered_json json = settings_json(preprocessing_preset("caffe"));
  EXPECT_EQ(json["channel_order"], "bgr");
  EXPECT_EQ(json["scale"], 1.0);
  EXPECT_EQ(json["mean"], nlohmann::ordered_json({123.0, 117.0, 104.0, 0.0}));
  EXPECT_EQ(json.size(), 6U);
}

}  // namespace
}  // namespace fovea::test
