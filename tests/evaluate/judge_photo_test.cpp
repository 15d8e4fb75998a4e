#include "fovea/evaluate_maps.hpp"

#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "fovea/explain.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fovea::test {
namespace {

class JudgePhoto : public testing::Test {
protected:
  Model model = Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  Image photo = read_image(std::string(FOVEA_SOURCE_DIR) + "/samples/golf-ball.jpg");
  Preprocessing preprocessing = model.preprocessing().value_or(Preprocessing());
  Session scorer{Program::compile(model, {.direction = Direction::Forward, .batch = 4, .threads = 1})};
  FaithfulnessProtocol protocol;

  Explainer seeing(Crops crops) const {
    return Explainer(model, {.method = "gradient",
                             .further_methods = {"grad-cam"},
                             .crops = crops,
                             .preprocessing = preprocessing,
                             .program = {.threads = 1}});
  }

  void SetUp() override {
    protocol.curves.steps = 4;
    protocol.road.shares = {0.5};
    protocol.set_shares = {0.1};
    protocol.subsets = 4;
  }
};

TEST_F(JudgePhoto, GivesOneResultForEachMethodAndControl) {
  Explainer explain = seeing(Crops::One);
  const JudgedPhoto judged = judge_photo(scorer, explain, photo, {}, {}, protocol, 1);
  ASSERT_EQ(judged.maps.size(), 2 + kControlMaps.size());
  for (const MapScores& map : judged.maps) {
    EXPECT_NEAR(map.deletion.scores.front(), judged.probability, 1e-6);
    EXPECT_NEAR(map.deletion.scores.back(), judged.mean_colour_probability, 1e-6);
    EXPECT_NEAR(map.insertion.scores.front(), judged.blurred_probability, 1e-6);
    EXPECT_NEAR(map.insertion.scores.back(), judged.probability, 1e-6);
    EXPECT_NEAR(map.road_most.scores.front(), judged.probability, 1e-6);
    EXPECT_FALSE(map[MapMeasure::Pointing]);
  }
  // The class and its probability are those of the explanation.
  const Explanation map = explain(photo);
  EXPECT_EQ(judged.class_index, map.target.index);
  EXPECT_NEAR(judged.probability, map.target.probability.value(), 1e-5);
}

TEST_F(JudgePhoto, TakesTheWholePhotoAndAGivenClass) {
  const std::vector<RealBox> everywhere = {
      {0, 0, static_cast<double>(photo.width), static_cast<double>(photo.height)}};
  Explainer explain = seeing(Crops::Whole);
  const JudgedPhoto judged = judge_photo(scorer, explain, photo, 2, everywhere, protocol, 1);
  EXPECT_EQ(judged.class_index, 2);
  EXPECT_EQ(*judged.maps[0][MapMeasure::Pointing], 1);
  EXPECT_DOUBLE_EQ(*judged.maps[0][MapMeasure::Energy], 1);
}

TEST_F(JudgePhoto, ExplainsAsSaliencyDoes) {
  const Framing framing =
      frame(photo, preprocessing, {3, scorer.input().shape()[2], scorer.input().shape()[3]}, Crops::One);
  Tensor input(DType::F32, {3, framing.size.height, framing.size.width});
  write_crop(framing, 0, preprocessing, input.data<float>().data());
  Explainer explain = seeing(Crops::One);
  const FramedPhoto framed = explain.frame(photo);
  for (const std::size_t method : {0, 1}) {
    const Explanation expected = explain(framed, {.target = 3}, method);
    const JudgedMap found = judged_map(explain, input, 3, method);
    EXPECT_TRUE(near(found.map, expected.map, 1e-6));
    double sum = 0, expected_sum = 0;
    for (const float value : found.relevance.data<float>())
      sum += static_cast<double>(value);
    for (const float value : expected.relevance.data<float>())
      expected_sum += static_cast<double>(value);
    EXPECT_NEAR(sum, expected_sum, 1e-3 * (1 + std::abs(expected_sum)));
  }
}

TEST_F(JudgePhoto, RefusesSeveralCropsAndClassesThatAreNot) {
  Explainer ten = seeing(Crops::Ten), one = seeing(Crops::One);
  EXPECT_THROW(judge_photo(scorer, ten, photo, {}, {}, protocol, 1), InputError);
  EXPECT_THROW(judge_photo(scorer, one, photo, 10, {}, protocol, 1), InputError);
}

}  // namespace
}  // namespace fovea::test
