#include "fovea/evaluate_maps.hpp"

#include "base/random.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fovea::test {
namespace {

/// A picture of noise with a bright square, and a score that is the square's brightness, squashed.
ExplainedPicture example() {
  ExplainedPicture picture;
  picture.input = Tensor(DType::F32, {1, 20, 20});
  Random random(1);
  for (float& value : picture.input.data<float>())
    value = static_cast<float>(0.1 * random.normal());
  for (std::size_t y = 4; y < 10; ++y)
    for (std::size_t x = 5; x < 12; ++x)
      picture.input.data<float>()[y * 20 + x] += 1;
  picture.mean_colour = Tensor(DType::F32, {1, 20, 20});
  picture.score = [](std::span<const float> pictures, std::int64_t) {
    std::vector<double> scores;
    for (std::size_t first = 0; first < pictures.size(); first += 400) {
      double sum = 0;
      for (std::size_t y = 4; y < 10; ++y)
        for (std::size_t x = 5; x < 12; ++x)
          sum += static_cast<double>(pictures[first + y * 20 + x]);
      scores.push_back(1 / (1 + std::exp(2 - sum / 8)));
    }
    return scores;
  };
  picture.region = {0, 0, 40, 40};
  picture.truth = std::vector<RealBox>{{10, 8, 24, 20}};
  return picture;
}

/// The square, with a little noise so that its pixels have an order.
JudgedMap right_map() {
  Tensor map = random_map(20, 20, 3);
  for (std::size_t y = 4; y < 10; ++y)
    for (std::size_t x = 5; x < 12; ++x)
      map.data<float>()[y * 20 + x] += 10;
  return {map};
}

TEST(JudgeMap, PrefersTheMapThatIsRight) {
  const ExplainedPicture picture = example();
  const MapScores right = judge_map(picture, right_map()),
                  random = judge_map(picture, {random_map(20, 20, 4)});
  for (const MapMeasureInfo& info : map_measures()) {
    if (info.measure == MapMeasure::Completeness) {
      EXPECT_FALSE(right[info.measure]);
      continue;
    }
    ASSERT_TRUE(right[info.measure] && random[info.measure]) << info.name;
    if (info.better == Better::Neither)
      continue;
    const double sign = info.better == Better::Higher ? 1 : -1;
    EXPECT_GT(sign * *right[info.measure], sign * *random[info.measure]) << info.name;
  }
  EXPECT_EQ(*right[MapMeasure::Pointing], 1);
}

TEST(JudgeMap, GivesWhatTheMeasuresGive) {
  ExplainedPicture picture = example();
  FaithfulnessProtocol protocol;
  protocol.curves.steps = 10;
  protocol.seed = 5;
  protocol.set_shares = {0.1};
  protocol.subsets = 30;
  JudgedMap map = right_map();
  map.relevance = random_map(20, 20, 8);
  map.completeness_error = 0.25;
  const MapScores scores = judge_map(picture, map, protocol);
  const CurveOptions curves = {10, 16, 5};
  EXPECT_EQ(*scores[MapMeasure::Deletion],
            deletion_curve(picture.input, map.map, picture.mean_colour, picture.score, curves).area());
  EXPECT_EQ(
      *scores[MapMeasure::Insertion],
      insertion_curve(picture.input, map.map, blurred_picture(picture.input), picture.score, curves).area());
  EXPECT_EQ(
      *scores[MapMeasure::Sensitivity],
      *sensitivity_n(picture.input, map.relevance, picture.mean_colour, picture.score, 40, {30, 16, 5}));
  EXPECT_EQ(*scores[MapMeasure::RoadGap], scores.road_least.area() - scores.road_most.area());
  EXPECT_EQ(*scores[MapMeasure::Gini], *gini_index(map.map));
  EXPECT_EQ(*scores[MapMeasure::Completeness], 0.25);
  picture.truth = {};
  EXPECT_FALSE(judge_map(picture, map, protocol)[MapMeasure::Pointing]);
  EXPECT_FALSE(judge_map(picture, map, protocol)[MapMeasure::Energy]);
}

TEST(JudgeMap, AFlatMapPointsNowhere) {
  ExplainedPicture picture = example();
  picture.truth = std::vector<RealBox>{{0, 0, 40, 40}};
  const MapScores scores = judge_map(picture, {Tensor(DType::F32, {20, 20})});
  EXPECT_EQ(*scores[MapMeasure::Pointing], 0);
  EXPECT_FALSE(scores[MapMeasure::Gini]);
  EXPECT_FALSE(scores[MapMeasure::Sensitivity]);
  EXPECT_FALSE(scores[MapMeasure::Energy]);
}

TEST(MapSummary, LeavesOutWhatIsNotDefined) {
  std::vector<MapScores> images(3);
  const auto deletion = static_cast<std::size_t>(MapMeasure::Deletion);
  images[0].values[deletion] = 0.25;
  images[2].values[deletion] = 0.75;
  const auto means = summarize(images);
  EXPECT_DOUBLE_EQ(means[deletion].mean.mean, 0.5);
  EXPECT_EQ(means[deletion].mean.count, 2);
  EXPECT_EQ(means[deletion].undefined, 1);
  EXPECT_EQ(means[static_cast<std::size_t>(MapMeasure::Insertion)].undefined, 3);
}

TEST(MeanCurve, IsTakenPointByPoint) {
  const std::vector<Curve> curves = {{{0, 1}, {1, 0}}, {{0, 1}, {0.5, 0.25}}};
  const MeanCurve mean = mean_curve(curves);
  EXPECT_EQ(mean.shares, (std::vector<double>{0, 1}));
  EXPECT_DOUBLE_EQ(mean.scores[0].mean, 0.75);
  EXPECT_DOUBLE_EQ(mean.scores[1].mean, 0.125);
  EXPECT_LE(mean.scores[0].low, 0.75);
  EXPECT_TRUE(mean_curve({}).shares.empty());
  EXPECT_THROW(mean_curve(std::vector<Curve>{curves[0], {{0, 0.5}, {1, 1}}}), InputError);
}

TEST(ClassProbability, DoesNotDependOnTheBatch) {
  const Model model = Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  std::vector<std::vector<double>> found;
  for (const std::int64_t batch : {1, 2, 5}) {
    Session session(Program::compile(model, {.direction = Direction::Forward, .batch = batch}));
    const auto elements = static_cast<std::size_t>(session.input().elements() / batch);
    std::vector<float> pictures(3 * elements);
    Random random(2);
    for (float& value : pictures)
      value = static_cast<float>(random.normal());
    found.push_back(class_probability(session, 4)(pictures, 3));
    // The second picture alone, by hand.
    std::fill(session.input().data<float>().begin(), session.input().data<float>().end(), 0.0F);
    std::copy_n(pictures.begin() + static_cast<std::ptrdiff_t>(elements), elements,
                session.input().data<float>().begin());
    session.forward();
    const auto scores = session.output().data<float>().subspan(0, 10);
    const std::vector<double> wide(scores.begin(), scores.end());
    EXPECT_NEAR(found.back()[1], ScoreHead().probabilities(wide)[4], 1e-6);
    EXPECT_THROW(class_probability(session, 10), InputError);
    EXPECT_THROW(class_probability(session, 4)(pictures, 2), InputError);
  }
  for (std::size_t n = 0; n < 3; ++n)
    for (const auto& other : found)
      EXPECT_NEAR(other[n], found[0][n], 1e-6);
}

/// Measures use the network's own probability, or its score if it has none.
TEST(ClassProbability, IsThatOfTheActivation) {
  const Model model = Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  const auto followed = [&](Activation activation) {
    Session session(Program::compile(model, {.direction = Direction::Forward, .activation = activation}));
    const std::vector<float> picture(static_cast<std::size_t>(session.input().elements()), 0.5F);
    return class_probability(session, 4)(picture, 1).front();
  };
  const double score = followed(Activation::None);
  EXPECT_NEAR(followed(Activation::Sigmoid), 1 / (1 + std::exp(-score)), 1e-6);
  EXPECT_GT(std::abs(followed(Activation::Softmax) - followed(Activation::Sigmoid)), 1e-6);
}

}  // namespace
}  // namespace fovea::test
