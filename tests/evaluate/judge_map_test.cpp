#include "fovea/evaluate_maps.hpp"

#include "base/random.hpp"
#include "evaluate/map_judge.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

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

/// A protocol of all measures.
FaithfulnessProtocol all_measures() {
  FaithfulnessProtocol protocol;
  protocol.measures = parse_map_measures(std::vector<std::string>{"all"}, true);
  return protocol;
}

/// A method whose map of any picture is its pixels' part of the score.
MapMethod right_method() {
  MapMethod method;
  method.explain = [](const Tensor& picture) {
    Tensor map(DType::F32, {20, 20});
    for (std::size_t y = 4; y < 10; ++y)
      for (std::size_t x = 5; x < 12; ++x)
        map.data<float>()[y * 20 + x] = picture.data<float>()[y * 20 + x];
    return JudgedMap{map};
  };
  method.other_class = [] { return JudgedMap{random_map(20, 20, 9)}; };
  return method;
}

/// A method whose map is another one each time.
MapMethod wrong_method() {
  MapMethod method;
  method.explain = [calls = std::uint64_t{20}](const Tensor&) mutable {
    return JudgedMap{random_map(20, 20, ++calls)};
  };
  method.other_class = [] { return JudgedMap{random_map(20, 20, 4)}; };
  return method;
}

TEST(JudgeMap, PrefersTheMapThatIsRight) {
  ExplainedPicture picture = example();
  picture.class_scores = [score = picture.score](const Tensor& input) {
    const double probability = score(input.data<float>(), 1)[0];
    return std::vector<double>{std::log(probability), std::log(1 - probability)};
  };
  const JudgedMap of_method = right_method().explain(picture.input);
  const MapScores right = judge_map(picture, of_method, all_measures(), right_method());
  const MapScores random = judge_map(picture, {random_map(20, 20, 4)}, all_measures(), wrong_method());
  for (const MapMeasureInfo& info : map_measures()) {
    if (info.measure == MapMeasure::Completeness) {
      EXPECT_FALSE(right[info.measure]);
      continue;
    }
    ASSERT_TRUE(right[info.measure] && random[info.measure]) << info.name;
    if (info.better == Better::Neither || info.measure == MapMeasure::AverageIncrease)
      continue;
    const double sign = info.better == Better::Higher ? 1 : -1;
    EXPECT_GT(sign * *right[info.measure], sign * *random[info.measure]) << info.name;
  }
  EXPECT_EQ(*right[MapMeasure::Pointing], 1);
  EXPECT_GT(*right[MapMeasure::RankAccuracy], 0.9);
}

TEST(JudgeMap, MeasuresNothingElseThanIsAskedFor) {
  FaithfulnessProtocol protocol;
  protocol.measures = {MapMeasure::Gini, MapMeasure::RoadGap};
  const MapScores scores = judge_map(example(), right_map(), protocol, right_method());
  for (const MapMeasureInfo& info : map_measures())
    EXPECT_EQ(scores[info.measure].has_value(),
              info.measure == MapMeasure::Gini || info.measure == MapMeasure::RoadGap)
        << info.name;
  EXPECT_TRUE(scores.deletion.scores.empty());
}

TEST(MapJudge, ScoresOnceWhatAllMapsShareAndNothingForAMapThatIsTheSame) {
  ExplainedPicture picture = example();
  std::int64_t scored = 0, calls = 0;
  picture.score = [&, score = picture.score](std::span<const float> pictures, std::int64_t count) {
    scored += count;
    ++calls;
    return score(pictures, count);
  };
  FaithfulnessProtocol protocol;
  protocol.curves = {.steps = 10, .batch = 8};
  protocol.subsets = 20;
  Tensor twice = right_map().map.clone();
  for (float& value : twice.data<float>())
    value *= 2;
  MapJudge judge(picture, protocol);
  const auto scores = judge.judge({{right_map()}, {{random_map(20, 20, 4)}}, {{twice}}});
  EXPECT_EQ(scores[2].same_as, 0U);
  EXPECT_FALSE(scores[1].same_as);
  EXPECT_EQ(scores[2].deletion.scores, scores[0].deletion.scores);
  EXPECT_EQ(scores[2][MapMeasure::AverageDrop], scores[0][MapMeasure::AverageDrop]);
  // Three of the picture, three lists of sets, and for each of two maps two curves, ROAD's and the masked
  // one.
  EXPECT_EQ(scored, 3 + 3 * 20 + 2 * (9 + 9 + 7 + 7 + 1));
  EXPECT_LE(calls, scored / 8 + 2);
  // One by one the maps get the same.
  EXPECT_EQ(judge_map(picture, {random_map(20, 20, 4)}, protocol).values, scores[1].values);
}

TEST(MapJudge, LeavesOutStepsOnlyWhereAreasStayWithinTheTolerance) {
  ExplainedPicture picture = example();
  std::int64_t scored = 0;
  picture.score = [&, score = picture.score](std::span<const float> pictures, std::int64_t count) {
    scored += count;
    return score(pictures, count);
  };
  FaithfulnessProtocol protocol;
  protocol.measures = {MapMeasure::Deletion, MapMeasure::Insertion};
  protocol.curves.steps = 100;
  const MapScores full = judge_map(picture, right_map(), protocol);
  const std::int64_t of_all = std::exchange(scored, 0);
  protocol.curves.tolerance = 0.005;
  const MapScores some = judge_map(picture, right_map(), protocol);
  EXPECT_LT(scored, of_all / 2);
  EXPECT_EQ(some.deletion.shares, full.deletion.shares);
  for (const MapMeasure measure : protocol.measures)
    EXPECT_NEAR(*some[measure], *full[measure], 0.005);
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

TEST(MapMeasures, AreParsedByName) {
  using Names = std::vector<std::string>;
  const auto parsed = [](const Names& names, bool has_truth) { return parse_map_measures(names, has_truth); };
  EXPECT_EQ(parsed({"gini", "deletion"}, false),
            (std::vector<MapMeasure>{MapMeasure::Deletion, MapMeasure::Gini}));
  EXPECT_EQ(parsed({"default"}, true), default_map_measures());
  EXPECT_EQ(parsed({"all"}, true).size(), kMapMeasures);
  EXPECT_EQ(parsed({"all"}, false).size(), kMapMeasures - 3);
  EXPECT_EQ(
      message_of<InputError>([&] { (void)parsed({"pointing"}, false); }),
      "measure 'pointing' needs to know where objects are: give boxes (truth) or masks, or leave it out");
  EXPECT_NE(message_of<InputError>([&] { (void)parsed({"deltion"}, true); }).find("'deltion' is unknown"),
            std::string::npos);
  EXPECT_NE(message_of<InputError>([&] { (void)parsed({}, true); }).find("no measures"), std::string::npos);
  for (const MapMeasureInfo& info : map_measures())
    EXPECT_EQ(static_cast<std::size_t>(info.measure),
              static_cast<std::size_t>(&info - map_measures().data()));
}

TEST(FaithfulnessProtocol, RefusesWhatCannotBeMeasured) {
  FaithfulnessProtocol protocol;
  const std::vector<std::string> names = {"sensitivity_n"};
  EXPECT_THROW(protocol.set_subsets(1, {}), InputError);
  EXPECT_THROW(protocol.set_subsets(0, names), InputError);
  protocol.set_subsets(0, {});
  EXPECT_FALSE(protocol.measures_any({MapMeasure::Sensitivity}));
  protocol = all_measures();
  protocol.superpixels = 101;
  EXPECT_EQ(message_of<InputError>([&] { protocol.check_fits(10, 10); }),
            "101 superpixels of pictures of 10x10 pixels, for irof: expected 1 to 100");
  protocol.superpixels = 100;
  protocol.check_fits(10, 10);
  protocol.mu_fidelity.cells = 11;
  EXPECT_THROW(protocol.check_fits(10, 10), InputError);
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
