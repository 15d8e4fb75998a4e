#include "evaluate/faithfulness_results.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

/// Scores whose insertion less deletion is `gap`.
MapScores scores_of(double gap) {
  MapScores scores;
  for (const CurveKind& kind : kCurveKinds)
    scores.*kind.curve = {{0, 1}, {1, 0}};
  scores.values[static_cast<std::size_t>(MapMeasure::Insertion)] = gap;
  scores.values[static_cast<std::size_t>(MapMeasure::Deletion)] = 0;
  return scores;
}

/// Three photos under one method and a control; the third photo failed.
FaithfulnessResults results_of_three() {
  FaithfulnessResults results;
  results.methods = {"grad-cam", "random"};
  results.images.resize(3);
  results.images[0] = {"folder/a.jpg", {7, 0.5, 0.25, 0.125, {scores_of(0.75), scores_of(0.125)}}, {}};
  results.images[1] = {"b, c.jpg", {7, 0.5, 0.25, 0.125, {scores_of(0.25), scores_of(0.5)}}, {}};
  results.images[2] = {"broken.jpg", {}, "broken.jpg: is damaged"};
  results.settings = {{"steps", 4}};
  return results;
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(FaithfulnessResults, are_one_line_for_each_image_and_method_and_one_for_a_failure) {
  const std::string csv = images_csv(results_of_three());
  EXPECT_EQ(lines_of(csv), 1U + 2 * 2 + 1);
  EXPECT_NE(csv.find("\"b, c.jpg\",random,7,0.5,0.25,0.125,,0,0.5,"), std::string::npos);
  EXPECT_NE(csv.find("broken.jpg" + std::string(7 + kMapMeasures, ',') + "broken.jpg: is damaged\n"),
            std::string::npos);
}

TEST(FaithfulnessResults, are_summed_up_without_failures) {
  const FaithfulnessResults results = results_of_three();
  EXPECT_EQ(results.failures(), 1U);
  const std::vector<MethodMeans> means = means_of(results);
  ASSERT_EQ(means.size(), 2U);
  EXPECT_DOUBLE_EQ(means[0][MapMeasure::Insertion].mean, 0.5);
  EXPECT_EQ(means[0][MapMeasure::Gini].count, 0);
  ASSERT_EQ(measured(means).size(), 2U);
  const Json json = summary_json(results, means);
  EXPECT_EQ(json["images"], 3);
  EXPECT_EQ(json["failures"], Json::array({{{"image", "broken.jpg"}, {"error", "broken.jpg: is damaged"}}}));
  EXPECT_DOUBLE_EQ(json["methods"]["random"]["insertion"]["mean"], 0.3125);
  EXPECT_TRUE(json["methods"]["random"]["gini"].is_null());
  EXPECT_EQ(json["better"]["deletion"], "lower");
  EXPECT_EQ(json["settings"]["steps"], 4);
}

TEST(FaithfulnessResults, tell_the_images_on_which_methods_do_worst) {
  const FaithfulnessResults results = results_of_three();
  const std::vector<HardImage> hardest = hardest_images(results, 5);
  ASSERT_EQ(hardest.size(), 2U);
  EXPECT_EQ(hardest[0].image, &results.images[1]);
  EXPECT_DOUBLE_EQ(hardest[0].mean, 0.25);
  EXPECT_EQ(hardest[0].best, "Grad-CAM");
  EXPECT_EQ(hardest_images(results, 1).size(), 1U);
}

TEST(FaithfulnessResults, are_a_table_of_titles_and_intervals) {
  const FaithfulnessResults results = results_of_three();
  const std::string text = summary_text(results, means_of(results));
  EXPECT_EQ(text.find("3 images, 1 of them failed and left out\n"), 0U);
  EXPECT_NE(text.find("\nGrad-CAM "), std::string::npos);
  EXPECT_NE(text.find("\nrandom map "), std::string::npos);
  EXPECT_NE(text.find("0.500 [0.250, 0.750]"), std::string::npos);
}

TEST(IntervalText, ShowsSmallAndLargeNumbersByTheirDigits) {
  EXPECT_EQ(interval_text({0.5, 0.25, 0.75, 3}, 2), "0.50 [0.25, 0.75]");
  EXPECT_EQ(interval_text({1.5e-5, 1.25e-5, 2e-5, 3}, 3), "1.5e-05 [1.25e-05, 2e-05]");
  EXPECT_EQ(interval_text({206527.5, 197883, 215171, 3}, 3), "2.07e+05 [1.98e+05, 2.15e+05]");
  EXPECT_EQ(interval_text({0, 0, 0, 3}, 3), "0.000 [0.000, 0.000]");
  EXPECT_EQ(interval_text({0, 0, 0, 0}, 3), "none");
}

/// Four maps, of which the second is the first on both photos, and the fourth the third on one.
FaithfulnessResults results_with_equal_maps() {
  FaithfulnessResults results = results_of_three();
  results.methods = {"grad-cam", "layer-cam", "gradient", "centre"};
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<MapScores>& maps = results.images[i].judged.maps;
    maps.assign(4, scores_of(0.5));
    maps[1].same_as = 0;
    if (i == 0)
      maps[3].same_as = 2;
  }
  return results;
}

TEST(FaithfulnessResults, say_which_methods_have_the_same_map_on_all_images) {
  const FaithfulnessResults results = results_with_equal_maps();
  using Groups = std::vector<std::vector<std::string>>;
  EXPECT_EQ(same_maps(results), (Groups{{"grad-cam", "layer-cam"}}));
  EXPECT_EQ(same_maps_text(results), "The same map on all images: Grad-CAM, LayerCAM.\n");
  EXPECT_NE(summary_text(results, means_of(results)).find("same map on all images"), std::string::npos);
  EXPECT_EQ(summary_json(results, means_of(results))["same_maps"], Json::array({{"grad-cam", "layer-cam"}}));
  EXPECT_NE(images_csv(results).find("folder/a.jpg,layer-cam,7,0.5,0.25,0.125,grad-cam,"), std::string::npos);
  EXPECT_TRUE(same_maps(results_of_three()).empty());
  FaithfulnessResults failed = results;
  for (FaithfulnessImage& image : failed.images)
    image.error = "broken";
  EXPECT_TRUE(same_maps(failed).empty());
}

TEST(FaithfulnessResults, have_a_table_of_at_most_80_columns) {
  FaithfulnessResults results = results_of_three();
  results.methods = {"excitation", "guided-grad-cam"};
  for (std::size_t i = 0; i < 2; ++i)
    for (MapScores& map : results.images[i].judged.maps)
      for (std::size_t m = 0; m < kMapMeasures; ++m)
        map.values[m] = -0.123456 * static_cast<double>(i + 1);
  const std::string text = summary_text(results, means_of(results));
  std::size_t widest = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    widest = std::max(widest, end - from);
    from = end + 1;
  }
  EXPECT_LE(widest, 80U) << text;
  EXPECT_GT(widest, 60U) << text;
  for (const MapMeasureInfo& info : map_measures())
    EXPECT_NE(text.find(info.title), std::string::npos) << info.title;
}

}  // namespace
}  // namespace fovea::test
