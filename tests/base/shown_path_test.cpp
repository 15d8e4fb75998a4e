#include "base/shown_path.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(ShownPath, IsRelativeToTheFolder) {
  EXPECT_EQ(shown_path("/home/anna/work/photos/cat.jpg", "/home/anna/work"), "photos/cat.jpg");
  EXPECT_EQ(shown_path("/home/anna/photos/", "/home/anna/work/"), "../photos");
  EXPECT_EQ(shown_path("/home/anna/work", "/home/anna/work"), ".");
  EXPECT_EQ(shown_path("/home/anna/work/./a/../cat.jpg", "/home/anna/work"), "cat.jpg");
}

TEST(ShownPath, TellsNothingOfOtherTrees) {
  EXPECT_EQ(shown_path("/data/secret/cat.jpg", "/home/anna"), "cat.jpg");
  EXPECT_EQ(shown_path("/data/secret/photos/", "/home/anna"), "photos");
  EXPECT_EQ(shown_path("/data/cat.jpg", "/"), "cat.jpg");
  EXPECT_EQ(shown_path("/cat.jpg", "/"), "cat.jpg");
}

TEST(ShownPath, KeepsRelativeOnes) {
  for (const char* path : {"cat.jpg", "../cat.jpg", "photos/", "", "-"})
    EXPECT_EQ(shown_path(path, "/home/anna"), path);
}

TEST(ShownArgument, FindsThePathBehindAnOption) {
  EXPECT_EQ(shown_argument("--truth=/home/anna/truth.csv", "/home/anna"), "--truth=truth.csv");
  EXPECT_EQ(shown_argument("/home/anna/a=b.jpg", "/home/anna"), "a=b.jpg");
  EXPECT_EQ(shown_argument("--methods=gradient,guided", "/home/anna"), "--methods=gradient,guided");
  EXPECT_EQ(shown_argument("--split", "/home/anna"), "--split");
}

}  // namespace
}  // namespace fovea::test
