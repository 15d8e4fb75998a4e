#include "report/map_caption.hpp"

#include "fovea/explain.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

Tensor map_of(const std::vector<float>& values) {
  Tensor map(DType::F32, {1, static_cast<std::int64_t>(values.size())});
  std::copy(values.begin(), values.end(), map.data<float>().begin());
  return map;
}

TEST(MapCaption, WritesShortNumbers) {
  EXPECT_EQ(short_number(6.14e-9), "6.1e-9");
  EXPECT_EQ(short_number(-6.14e-12), "-6.1e-12");
  EXPECT_EQ(short_number(1.5e10), "1.5e10");
  EXPECT_EQ(short_number(0.0614), "0.061");
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(1234, 4), "1234");
}

TEST(MapCaption, NamesPercentilesByOrdinals) {
  EXPECT_EQ(percentile_text(99), "99th percentile");
  EXPECT_EQ(percentile_text(91), "91st percentile");
  EXPECT_EQ(percentile_text(92), "92nd percentile");
  EXPECT_EQ(percentile_text(93), "93rd percentile");
  EXPECT_EQ(percentile_text(12), "12th percentile");
  EXPECT_EQ(percentile_text(99.5), "99.5th percentile");
  EXPECT_EQ(percentile_text(100), "maximum");
}

TEST(MapCaption, SaysWhatWhiteAndBlackAre) {
  const Tensor map = map_of({0, 1, 2, 3, 4});
  EXPECT_EQ(levels_text(map, {0, 3}, {75}), "white = 75th percentile, 3");
  EXPECT_EQ(levels_text(map, {0, 4}, {100}), "white = maximum, 4");
  EXPECT_EQ(levels_text(map, {0.5, 3}, {75}), "black = 0.5, white = 75th percentile, 3");
}

/// Of a map that is zero nearly everywhere, the percentile is zero and white is the maximum.
TEST(MapCaption, SaysSoWhereTheMaximumIsTaken) {
  std::vector<float> values(1000, 0.0F);
  values[7] = 0.25F;
  const Tensor map = map_of(values);
  const DisplayLevels levels = display_levels(map, MethodInfo::Values::PerChannel, {});
  EXPECT_EQ(levels_text(map, levels, {}), "white = maximum, 0.25");
}

TEST(Methods, HaveASentenceForReaders) {
  for (const MethodInfo& info : methods()) {
    EXPECT_FALSE(info.reading.empty()) << info.name;
    EXPECT_TRUE(info.reading.empty() || info.reading.back() == '.') << info.name;
  }
}

}  // namespace
}  // namespace fovea::test
