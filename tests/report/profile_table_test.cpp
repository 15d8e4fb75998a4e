#include "report/profile_table.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

StepProfile step(const char* node, const char* operator_name, double seconds, std::int64_t multiply_adds) {
  StepProfile profile;
  profile.node = node;
  profile.operator_name = operator_name;
  profile.part = Direction::Forward;
  profile.fastest_seconds = seconds;
  profile.multiply_adds = multiply_adds;
  return profile;
}

TEST(ProfileTable, sums_up_steps_of_an_operator_and_lists_the_slowest_first) {
  const std::vector<StepProfile> profile = {step("a", "Relu", 0.25, 0), step("b", "Conv", 0.5, 1000000000),
                                            step("c", "Relu", 0.5, 0)};
  EXPECT_DOUBLE_EQ(fastest_seconds(profile), 1.25);
  const nlohmann::ordered_json json = profile_json(profile);
  ASSERT_EQ(json["operators"].size(), 2U);
  EXPECT_EQ(json["operators"][0]["operator"], "Relu");
  EXPECT_EQ(json["operators"][0]["count"], 2);
  EXPECT_DOUBLE_EQ(json["operators"][0]["share"], 0.6);
  EXPECT_DOUBLE_EQ(json["operators"][1]["gflops_per_second"], 4);
  EXPECT_EQ(json["slowest"][0]["node"], "b");
  EXPECT_EQ(json["slowest"][2]["node"], "a");
}

TEST(ProfileTable, is_text_with_a_line_for_each_row) {
  const std::string text = profile_text(std::vector<StepProfile>{step("evil\x1b[31m", "Relu", 0.25, 0)});
  EXPECT_NE(text.find("100.0 %"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace fovea::test
