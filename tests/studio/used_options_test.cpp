#include "studio/used_options.hpp"

#include "fovea/error.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fovea::studio {
namespace {

MethodOptions unusual() {
  MethodOptions options;
  options.samples = 9;
  options.noise = 0.3;
  options.baseline = Baseline::Black;
  options.layer = "conv";
  options.merge = ChannelMerge::Sum;
  options.window = 0.4;
  options.stride = 0.3;
  options.cells = 5;
  options.keep = 0.2;
  options.seed = 3;
  return options;
}

TEST(UsedOptions, AreThoseThatChangeTheMap) {
  const MethodOptions gradient = only_used("gradient", unusual());
  EXPECT_EQ(gradient.merge, ChannelMerge::Sum);
  EXPECT_EQ(gradient.layer, "");
  EXPECT_EQ(gradient.seed, 0U);
  EXPECT_EQ(gradient.samples, 0);
  const MethodOptions cam = only_used("grad-cam", unusual());
  EXPECT_EQ(cam.layer, "conv");
  EXPECT_EQ(cam.merge, ChannelMerge::Maximum);
  const MethodOptions rise = only_used("rise", unusual());
  EXPECT_EQ(rise.cells, 5);
  EXPECT_EQ(rise.keep, 0.2);
  EXPECT_EQ(rise.samples, 9);
  EXPECT_EQ(rise.seed, 3U);
  EXPECT_EQ(rise.baseline, Baseline::Black);
  EXPECT_EQ(rise.window, MethodOptions().window);
  const MethodOptions occlusion = only_used("occlusion", unusual());
  EXPECT_EQ(occlusion.window, 0.4);
  EXPECT_EQ(occlusion.stride, 0.3);
  EXPECT_EQ(occlusion.baseline, Baseline::Black);
}

TEST(UsedOptions, OfAnAveragedMethodAreNoiseAndSeedToo) {
  MethodOptions options = unusual();
  options.smooth = 4;
  const MethodOptions used = only_used("gradient", options);
  EXPECT_EQ(used.smooth, 4);
  EXPECT_EQ(used.noise, 0.3);
  EXPECT_EQ(used.seed, 3U);
}

TEST(UsedOptions, EveryMethodHasItsOwn) {
  for (const MethodInfo& info : methods()) {
    const std::vector<std::string> names = used_options(info.name);
    EXPECT_EQ(std::count(names.begin(), names.end(), "samples") > 0, info.samples > 0) << info.name;
    EXPECT_EQ(std::count(names.begin(), names.end(), "merge") > 0,
              info.values == MethodInfo::Values::PerChannel)
        << info.name;
  }
  EXPECT_THROW(used_options("nothing"), InputError);
}

}  // namespace
}  // namespace fovea::studio
