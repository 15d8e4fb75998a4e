#include "report/blocks.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

TEST(Blocks, count_things_in_words) {
  EXPECT_EQ(counted(0, "photo"), "0 photos");
  EXPECT_EQ(counted(1, "photo"), "1 photo");
  EXPECT_EQ(counted(2, "photo"), "2 photos");
}

TEST(Blocks, replace_bytes_that_are_not_utf8) {
  EXPECT_EQ(block_text({{"name", "a\xff"}}), "{\"name\":\"a\xef\xbf\xbd\"}");
}

TEST(Blocks, list_each_setting_with_its_path) {
  const Facts facts =
      settings_facts({{"crops", 2}, {"truth", {{"images", 7}}}, {"mean", {0.5, 0.25}}, {"name", "x"}});
  const Facts expected = {{"crops", "2"}, {"truth.images", "7"}, {"mean", "0.5, 0.25"}, {"name", "x"}};
  EXPECT_EQ(facts, expected);
}

TEST(Blocks, have_cells_for_intervals_and_none_for_a_mean_of_nothing) {
  EXPECT_EQ(mean_cell({0.5, 0.25, 0.75, 3}, 2),
            Json({{"text", "0.50"}, {"detail", "0.25 to 0.75"}, {"value", 0.5}}));
  EXPECT_TRUE(mean_cell({}, 2).is_null());
}

TEST(Blocks, make_large_pictures_smaller) {
  const Image wide = for_showing(Image::blank(960, 240, 3, 0));
  EXPECT_EQ(wide.width, 480);
  EXPECT_EQ(wide.height, 120);
  EXPECT_EQ(for_showing(Image::blank(480, 10, 3, 0)).width, 480);
  EXPECT_EQ(for_showing(Image::blank(100000, 1, 3, 0)).height, 1);
}

}  // namespace
}  // namespace fovea::test
