#include "report/progress_line.hpp"

#include "base/display_width.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(ProgressLine, ShowsRateAndTimeLeft) {
  ProgressState state{.done = 15, .total = 60, .seconds = 5, .text = "photos/cat.jpg"};
  EXPECT_EQ(progress_line(state, 80), "[#####...............] 15/60  3.0/s  0:15 left  photos/cat.jpg");
  state.begun = 10;  // done by an earlier run
  EXPECT_EQ(progress_line(state, 80), "[#####...............] 15/60  1.0/s  0:45 left  photos/cat.jpg");
  state.begun = 0;
  state.seconds = 150;
  EXPECT_EQ(progress_line(state, 80), "[#####...............] 15/60  10.0 s each  7:30 left  photos/cat.jpg");
}

TEST(ProgressLine, KnowsNoRateBeforeTheFirstItem) {
  EXPECT_EQ(progress_line({.total = 60, .seconds = 3}, 40), "[..........] 0/60");
  EXPECT_EQ(progress_line({.done = 7, .total = 60, .begun = 7, .seconds = 3}, 40), "[#.........] 7/60");
}

TEST(ProgressLine, NamesUnits) {
  EXPECT_EQ(progress_line({.done = 50, .total = 100, .seconds = 25, .unit = "MB", .text = "resnet50"}, 80),
            "[##########..........] 50/100 MB  2.0 MB/s  0:25 left  resnet50");
}

TEST(ProgressLine, FitsAnyWidth) {
  const ProgressState state{.done = 5,
                            .total = 12000,
                            .seconds = 9,
                            .text = "photos/埃及猫/Kätzchen größer 🐼 with a long name.jpg"};
  for (std::size_t width = 0; width < 200; ++width)
    EXPECT_LE(display_width(progress_line(state, width)), width);
  EXPECT_EQ(progress_line(state, 200).find("…"), std::string::npos) << "there is room for all of it";
  EXPECT_NE(progress_line(state, 66).find("…"), std::string::npos);
}

TEST(ProgressLine, TakesWhatCannotBe) {
  EXPECT_EQ(progress_line({.done = 9, .total = 0, .seconds = 0}, 30), "1/1");
}

TEST(ProgressLine, ClocksHaveHours) {
  EXPECT_EQ(clock_text(7.4), "0:07");
  EXPECT_EQ(clock_text(754), "12:34");
  EXPECT_EQ(clock_text(3723), "1:02:03");
  EXPECT_EQ(clock_text(-1), "0:00");
}

}  // namespace
}  // namespace fovea::test
