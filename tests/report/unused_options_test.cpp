#include "report/unused_options.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

std::vector<std::string> unused(const std::vector<std::string>& methods, const std::string& given,
                                bool is_smoothed = false) {
  return unused_options(
      methods, [&](const std::string& name) { return name == given; }, is_smoothed);
}

TEST(UnusedOptions, AreNamedWithTheMethodsThatUseThem) {
  EXPECT_EQ(unused({"gradient"}, "window"),
            std::vector<std::string>{"--window has no effect on gradient: occlusion uses it"});
  EXPECT_EQ(unused({"gradient", "guided", "lrp"}, "keep"),
            std::vector<std::string>{"--keep has no effect on gradient, guided or lrp: rise uses it"});
  EXPECT_EQ(unused({"grad-cam"}, "noise"),
            std::vector<std::string>{
                "--noise has no effect on grad-cam: smoothgrad, smoothgrad-squared, "
                "vargrad and expected-gradients use it, and so does any method with --smooth"});
}

TEST(UnusedOptions, AreNotThoseThatOneOfTheMethodsUses) {
  EXPECT_TRUE(unused({"gradient", "occlusion"}, "window").empty());
  EXPECT_TRUE(unused({"gradient"}, "smooth").empty());
  EXPECT_TRUE(unused({"gradient"}, "noise", true).empty());
  EXPECT_TRUE(unused({"gradient"}, "none-of-them").empty());
}

}  // namespace
}  // namespace fovea
