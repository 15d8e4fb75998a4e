#include "evaluate/pick.hpp"

#include "base/random.hpp"
#include "evaluate/candidates.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fovea::test {
namespace {

std::optional<double>& at(MapScores& map, MapMeasure measure) {
  return map.values[static_cast<std::size_t>(measure)];
}

/// A map whose score is the given one.
MapScores map_of(double score, double other_class = 0.3) {
  MapScores map;
  at(map, MapMeasure::Insertion) = score + 0.1;
  at(map, MapMeasure::Deletion) = 0.1;
  at(map, MapMeasure::RoadGap) = score;
  at(map, MapMeasure::OtherClass) = other_class;
  return map;
}

/// Photos on which each method has its mean score, give or take `spread` of the method, and one common to
/// all.
FaithfulnessResults results_of(const std::vector<std::string>& methods, const std::vector<double>& means,
                               double spread, std::size_t photos) {
  FaithfulnessResults results;
  results.methods = methods;
  results.methods.insert(results.methods.end(), kControlMaps.begin(), kControlMaps.end());
  results.settings = {{"pick", true}};
  Random random(4);
  for (std::size_t i = 0; i < photos; ++i) {
    FaithfulnessImage image;
    image.image = "photo";
    const double common = 0.2 * random.normal();
    for (const double mean : means)
      image.judged.maps.push_back(map_of(mean + common + spread * random.normal()));
    for (std::size_t control = 0; control < kControlMaps.size(); ++control)
      image.judged.maps.push_back(map_of(common));
    results.images.push_back(std::move(image));
  }
  return results;
}

TEST(Pick, DecidesWhereOneIsBetterOnEveryPhoto) {
  const FaithfulnessResults results = results_of({"gradient", "grad-cam", "lrp"}, {0.3, 0.6, 0.4}, 0.01, 8);
  const Pick pick = pick_method(results);
  ASSERT_TRUE(pick.has_best());
  EXPECT_TRUE(pick.is_decided());
  EXPECT_FALSE(pick.photos_needed());
  EXPECT_EQ(pick.methods[0].name, "grad-cam");
  EXPECT_EQ(pick.methods[1].name, "lrp");
  EXPECT_EQ(pick.methods[2].verdict, PickVerdict::Worse);
  // The common part of a photo's scores widens their means' intervals, and not those of differences.
  EXPECT_GT(pick.methods[0].score.high - pick.methods[0].score.low, 0.1);
  EXPECT_LT(pick.methods[1].behind.high - pick.methods[1].behind.low, 0.05);
  EXPECT_EQ(recommendation(pick), "Recommended: Grad-CAM. The 8 photos tell it apart from all others.");
}

TEST(Pick, SaysWhereThePhotosDoNotDecideAndHowManyWould) {
  const FaithfulnessResults results = results_of({"gradient", "grad-cam", "lrp"}, {0.1, 0.6, 0.58}, 0.05, 6);
  const Pick pick = pick_method(results);
  ASSERT_TRUE(pick.has_best());
  EXPECT_FALSE(pick.is_decided());
  EXPECT_EQ(pick.methods[1].verdict, PickVerdict::NotToldApart);
  EXPECT_EQ(pick.methods[2].verdict, PickVerdict::Worse);
  EXPECT_NE(recommendation(pick).find("6 photos do not decide: it is not told apart from"),
            std::string::npos);
  EXPECT_GT(pick.photos_needed().value_or(7), 6);
  const auto json = to_json(pick);
  EXPECT_EQ(json["decided"], false);
  EXPECT_EQ(json["recommended"], pick.methods[0].name);
  EXPECT_EQ(json["methods"].size(), 3U);
}

TEST(Pick, DecidesNothingByOnePhoto) {
  const Pick pick = pick_method(results_of({"gradient", "grad-cam"}, {0.1, 0.6}, 0, 1));
  EXPECT_FALSE(pick.is_decided());
  EXPECT_FALSE(pick.has_best()) << "nor is any beyond doubt better than the controls";
}

TEST(Pick, RecommendsNoneThatIsBlindToTheClassOrLikeTheControls) {
  FaithfulnessResults results = results_of({"guided", "gradient", "smoothgrad"}, {0.9, 0.5, 0.0}, 0.01, 8);
  for (FaithfulnessImage& image : results.images)
    at(image.judged.maps[0], MapMeasure::OtherClass) = 0.95;
  const Pick pick = pick_method(results);
  EXPECT_EQ(pick.methods[0].name, "gradient");
  EXPECT_TRUE(pick.is_decided());
  EXPECT_EQ(pick.methods[1].verdict, PickVerdict::ClassBlind);
  EXPECT_EQ(pick.methods[2].verdict, PickVerdict::LikeControls);
  const Pick none = pick_method(results_of({"gradient"}, {0.0}, 0.01, 8));
  EXPECT_FALSE(none.has_best());
  EXPECT_NE(recommendation(none).find("No method is recommended"), std::string::npos);
  EXPECT_TRUE(to_json(none)["recommended"].is_null());
}

TEST(Pick, CountsMethodsWithTheSameMapsAsOne) {
  FaithfulnessResults results = results_of({"grad-cam", "layer-cam", "lrp"}, {0.6, 0.6, 0.2}, 0.01, 6);
  for (FaithfulnessImage& image : results.images) {
    image.judged.maps[1] = image.judged.maps[0];
    image.judged.maps[1].same_as = 0;
  }
  const Pick pick = pick_method(results);
  ASSERT_EQ(pick.methods.size(), 2U);
  EXPECT_EQ(pick.methods[0].same, (std::vector<std::string>{"layer-cam"}));
  EXPECT_TRUE(pick.is_decided());
  EXPECT_NE(recommendation(pick).find("Grad-CAM = LayerCAM"), std::string::npos);
}

TEST(Pick, IsMadeOfResultsThatWereMadeForIt) {
  FaithfulnessResults results = results_of({"gradient"}, {0.5}, 0.01, 4);
  EXPECT_TRUE(picked(results));
  results.settings.erase("pick");
  EXPECT_FALSE(picked(results));
  std::vector<MapMeasure> measures = {MapMeasure::Gini, MapMeasure::Insertion};
  add_measures_to_pick_by(measures);
  EXPECT_EQ(measures.size(), 7U);
  EXPECT_TRUE(std::is_sorted(measures.begin(), measures.end()));
}

TEST(PickText, HasAtMost80Columns) {
  const std::string text = pick_text(pick_method(results_of(
      {"integrated-gradients:baseline=blurred", "guided-grad-cam", "lrp"}, {0.5, 0.5, 0.5}, 0.1, 5)));
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    EXPECT_LE(end - from, 80U) << text.substr(from, end - from);
    from = end + 1;
  }
  EXPECT_NE(text.find("Integrated gradients, baseline blurred"), std::string::npos) << text;
}

TEST(Candidates, AreMethodsInTheSettingsThatTheyUse) {
  MethodOptions base;
  std::vector<std::string> names;
  for (const MethodCandidate& candidate :
       candidates_of({"grad-cam", "smoothgrad", "integrated-gradients"}, base))
    names.push_back(candidate.name);
  EXPECT_EQ(names, (std::vector<std::string>{"grad-cam", "smoothgrad", "smoothgrad:noise=0.05",
                                             "smoothgrad:noise=0.3", "integrated-gradients",
                                             "integrated-gradients:baseline=black",
                                             "integrated-gradients:baseline=blurred"}));
  base.noise = 0.05;
  EXPECT_EQ(candidates_of({"smoothgrad"}, base).size(), 3U);
  EXPECT_EQ(candidates_of({"smoothgrad"}, base)[1].name, "smoothgrad:noise=0.15");
  EXPECT_EQ(plain_candidates({"smoothgrad", "lrp"}, base).size(), 2U);
  for (const std::string& method : methods_to_pick_from())
    EXPECT_NO_THROW((void)method_info(method));
}

TEST(Candidates, ThatTheNetworkDoesNotAllowAreLeftOutWithTheReason) {
  const Model model = Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  ExplainOptions base;
  base.crops = Crops::Whole;
  MethodOptions elsewhere;
  elsewhere.layer = "no-such-layer";
  base.method_options = elsewhere;
  const std::vector<MethodCandidate> candidates = plain_candidates({"gradient", "grad-cam"}, elsewhere);
  EXPECT_THROW((void)compile_candidates(model, base, candidates, nullptr), ModelError);
  std::vector<std::string> reasons;
  const CompiledCandidates compiled =
      compile_candidates(model, base, candidates, [&](const std::string& why) { reasons.push_back(why); });
  EXPECT_EQ(compiled.names, (std::vector<std::string>{"gradient"}));
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].find("grad-cam is left out: "), 0U) << reasons[0];
  EXPECT_THROW((void)compile_candidates(model, base, plain_candidates({"grad-cam"}, elsewhere),
                                        [](const std::string&) {}),
               InputError);
}

}  // namespace
}  // namespace fovea::test
