#include "evaluate/sanity_results.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

MeanInterval interval(double mean) {
  return {mean, mean - 0.0625, mean + 0.0625, 3};
}

SanityPoint point_of(const std::string& kind, const std::string& layer, std::size_t position,
                     double likeness) {
  return {"gradient", kind, {layer, {layer}}, position, {interval(likeness), {}, interval(likeness)}, 0};
}

/// One method in a network of two layers.
SanityResults results_of_two_layers() {
  SanityResults results;
  results.methods = {"gradient"};
  results.cascades = {interval(0.25)};
  results.points = {point_of("other_class", "another class", 0, 0.5), point_of("cascading", "fc", 1, 0.75),
                    point_of("cascading", "conv, 1", 2, 0.125), point_of("independent", "fc", 1, 0.5)};
  results.images = 3;
  results.layers = 2;
  results.failed = {{"broken.jpg", "broken.jpg: is damaged"}};
  return results;
}

TEST(SanityResults, have_a_verdict_and_all_points_in_their_json) {
  const Json json = summary_json(results_of_two_layers());
  EXPECT_EQ(json["images"], 4);
  EXPECT_EQ(json["failed"], 1);
  const Json& method = json["methods"]["gradient"];
  EXPECT_EQ(method["verdict"], name_of(SanityVerdict::Passes));
  EXPECT_EQ(method["tells_classes_apart"], true);
  EXPECT_DOUBLE_EQ(method["all_layers_shuffled"]["rank"]["mean"], 0.125);
  EXPECT_DOUBLE_EQ(method["other_class"]["rank"]["mean"], 0.5);
  EXPECT_TRUE(method["other_class"]["signed_rank"].is_null());
  EXPECT_EQ(method["cascading"].size(), 2U);
  EXPECT_EQ(method["cascading"][1]["layer"], "conv, 1");
  EXPECT_EQ(method["independent"].size(), 1U);
}

TEST(SanityResults, are_one_line_for_each_point) {
  const std::string csv = sanity_csv(results_of_two_layers());
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  EXPECT_NE(csv.find("gradient,cascading,\"conv, 1\",2,0.125,0.0625,0.1875,3,,,,0,"), std::string::npos);
}

TEST(SanityResults, are_plots_whose_cascades_begin_with_equal_maps) {
  const std::vector<NamedPlot> plots = likeness_plots(results_of_two_layers());
  ASSERT_EQ(plots.size(), 3U);
  EXPECT_EQ(plots[0].file, "cascading-rank");
  EXPECT_EQ(plots[0].plot.series.front().x, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(plots[0].plot.series.front().y, (std::vector<double>{1, 0.75, 0.125}));
  EXPECT_EQ(plots[2].plot.series.front().x, std::vector<double>{1});
}

TEST(SanityResults, are_a_line_of_text_for_each_method) {
  const std::string text = summary_text(results_of_two_layers());
  EXPECT_EQ(text.find("4 images, 1 failed and left out; 2 layers\n"), 0U);
  EXPECT_NE(text.find("0.25 [0.19, 0.31]"), std::string::npos);
}

}  // namespace
}  // namespace fovea::test
