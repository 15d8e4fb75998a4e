#include "evaluate/localization_summary.hpp"
#include "result_fixture.hpp"

#include <span>

namespace fovea::test {
namespace {

/// Three images: two right ones and one that failed.
LocalizationSummary summary_of_three() {
  std::vector<ImageResult> results = {result_of(0), result_of(1), result_of(2)};
  results[2].guesses.clear();
  results[2].known_box.reset();
  results[2].error = "is damaged";
  return summarize(results);
}

TEST(LocalizationSummaryJson, has_rates_with_intervals_failures_and_settings) {
  const Json json = summary_json(summary_of_three(), {{"guesses", 5}, {"crops", 2}});
  EXPECT_EQ(json["images"], 3);
  EXPECT_EQ(json["failed"], 1);
  EXPECT_EQ(json["failures"], Json::array({{{"image", "picture-2.jpg"}, {"error", "is damaged"}}}));
  const Json& error = json["found"]["localization_top1_error"];
  EXPECT_DOUBLE_EQ(error["share"], 1.0 / 3);
  EXPECT_LT(error["low"], error["share"]);
  EXPECT_GT(error["high"], error["share"]);
  EXPECT_EQ(error["images"], 1);
  EXPECT_DOUBLE_EQ(json["found"]["gt_known_accuracy"]["0.5"]["share"], 2.0 / 3);
  EXPECT_EQ(json["settings"]["crops"], 2);
}

TEST(LocalizationSummaryJson, leaves_out_errors_of_guesses_without_boxes) {
  const Json one = summary_json(summary_of_three(), {{"guesses", 1}})["found"];
  EXPECT_FALSE(one["localization_top1_error"].is_null());
  EXPECT_TRUE(one["localization_top5_error"].is_null());
  const Json none = summary_json(summary_of_three(), {{"guesses", 0}})["found"];
  EXPECT_TRUE(none["localization_top1_error"].is_null());
}

TEST(LocalizationSummaryJson, has_null_rates_of_no_images) {
  const Json json = summary_json(summarize(std::span<const ImageResult>{}), Json::object());
  EXPECT_TRUE(json["classification_top1_error"].is_null());
  EXPECT_TRUE(json["found"]["gt_known_accuracy"]["mean"].is_null());
}

TEST(LocalizationSummaryText, is_a_table_with_baselines_beside_what_was_found) {
  const std::string text = summary_text(summary_of_three(), 5);
  EXPECT_EQ(text.find("3 images, 1 of them failed (and count as misses)\n"), 0U);
  EXPECT_NE(text.find("box error, top-5"), std::string::npos);
  EXPECT_NE(text.find("whole image"), std::string::npos);
  EXPECT_EQ(summary_text(summary_of_three(), 1).find("box error, top-5"), std::string::npos);
  EXPECT_EQ(summary_text(summarize(std::span<const ImageResult>{}), 5),
            "0 images, 0 of them failed (and count as misses)\n");
}

}  // namespace
}  // namespace fovea::test
