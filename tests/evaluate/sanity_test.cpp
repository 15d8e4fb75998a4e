#include "fovea/evaluate_maps.hpp"

#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <set>

namespace fovea::test {
namespace {

using Names = std::vector<std::string>;
const Names kLayers = {"e", "d", "c", "b", "a"};

Names names_of(const std::vector<SanityStage>& stages) {
  Names names;
  for (const SanityStage& stage : stages)
    names.push_back(stage.name);
  return names;
}

TEST(SanityStages, GoFromTheScoresBackAndEndWithAllLayers) {
  const auto each = cascading_stages(kLayers, 0);
  EXPECT_EQ(names_of(each), kLayers);
  EXPECT_EQ(each[1].layers, (Names{"e", "d"}));
  EXPECT_EQ(each[4].layers, kLayers);
  const auto two = cascading_stages(kLayers, 2);
  EXPECT_EQ(names_of(two), (Names{"c", "a"}));
  EXPECT_EQ(two[1].layers, kLayers);
  EXPECT_EQ(names_of(cascading_stages(kLayers, 99)), kLayers);
  const auto alone = independent_stages(kLayers, 2);
  EXPECT_EQ(names_of(alone), names_of(two));
  EXPECT_EQ(alone[1].layers, (Names{"a"}));
  EXPECT_TRUE(cascading_stages({}, 3).empty());
  EXPECT_THROW(cascading_stages(kLayers, -1), InputError);
}

TEST(MapLikeness, IsThatOfMapsAndRelevances) {
  const JudgedMap a = {random_map(20, 20, 1), random_map(20, 20, 2), {}};
  const JudgedMap b = {random_map(20, 20, 3), random_map(20, 20, 4), {}};
  const MapLikeness same = likeness(a, a), other = likeness(a, b);
  EXPECT_DOUBLE_EQ(*same.rank, 1);
  EXPECT_DOUBLE_EQ(*same.signed_rank, 1);
  EXPECT_DOUBLE_EQ(same.similarity, 1);
  EXPECT_EQ(*other.rank, *rank_correlation(a.map, b.map));
  EXPECT_EQ(*other.signed_rank, *rank_correlation(a.relevance, b.relevance));
  EXPECT_EQ(other.similarity, structural_similarity(a.map, b.map));
}

MeanLikeness likeness_of(std::vector<double> ranks) {
  std::vector<MapLikeness> images;
  for (const double rank : ranks)
    images.push_back({rank, rank, rank});
  return mean_likeness(images);
}

MeanInterval cascade_of(const std::vector<double>& images) {
  std::vector<std::vector<std::optional<double>>> ranks;
  for (const double image : images)
    ranks.push_back({image + 0.1, std::nullopt, image - 0.1});
  return cascade_rank(ranks);
}

TEST(CascadeRank, IsTheMeanOfImagesOfTheMeanOfStages) {
  EXPECT_DOUBLE_EQ(cascade_of({0.25, 0.75}).mean, 0.5);
  EXPECT_EQ(cascade_of({0.25, 0.75}).count, 2);
  const std::vector<std::vector<std::optional<double>>> ranks = {
      {0.5, 0.25, std::nullopt}, {std::nullopt}, {}};
  EXPECT_DOUBLE_EQ(cascade_rank(ranks).mean, 0.375);
  EXPECT_EQ(cascade_rank(ranks).count, 1);
}

TEST(SanityVerdict, GoesByTheRankCorrelation) {
  EXPECT_EQ(verdict_on(cascade_of({0.1, 0.2, 0.3})), SanityVerdict::Passes);
  EXPECT_EQ(verdict_on(cascade_of({0.6, 0.7, 0.65})), SanityVerdict::Fails);
  EXPECT_EQ(verdict_on(cascade_of({-0.6, -0.7, -0.65})), SanityVerdict::Fails);
  EXPECT_EQ(verdict_on(cascade_of({0.5, 0.5})), SanityVerdict::Unclear);
  // The mean is low, the interval is not.
  EXPECT_EQ(verdict_on(cascade_of({0, 0.6, 0.1})), SanityVerdict::Unclear);
  EXPECT_EQ(verdict_on(cascade_of({})), SanityVerdict::Unclear);
}

TEST(SanityVerdict, KnowsMapsThatAreTheSameForAllClasses) {
  EXPECT_TRUE(*tells_classes_apart(likeness_of({0.5, 0.6})));
  EXPECT_FALSE(*tells_classes_apart(likeness_of({0.95, 0.9})));
  EXPECT_FALSE(tells_classes_apart(likeness_of({})));
}

TEST(MeanLikeness, LeavesOutFlatMaps) {
  const std::vector<MapLikeness> images = {{0.5, {}, 0.25}, {{}, {}, 0.75}};
  const MeanLikeness mean = mean_likeness(images);
  EXPECT_DOUBLE_EQ(mean.rank.mean, 0.5);
  EXPECT_EQ(mean.rank.count, 1);
  EXPECT_EQ(mean.signed_rank.count, 0);
  EXPECT_DOUBLE_EQ(mean.similarity.mean, 0.5);
}

/// The network of the two that are bundled, with and without shuffled weights.
class ShuffledNetwork : public testing::Test {
protected:
  Model model = Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  ProgramOptions options{.batch = 1, .threads = 1};

  Tensor gradient(const Names& layers, std::uint64_t seed = 1) {
    options.shuffled_layers = layers;
    options.shuffle_seed = seed;
    Session session(Program::compile(model, options));
    const Tensor noise = random_map(session.input().shape()[2], session.input().shape()[3], 9);
    const auto picture = session.input().data<float>();
    for (std::size_t i = 0; i < picture.size(); ++i)
      picture[i] = noise.data<float>()[i % static_cast<std::size_t>(noise.elements())];
    session.seed_classes(std::vector<std::int64_t>{0});
    session.forward();
    session.backward();
    return session.gradient().clone();
  }
};

TEST_F(ShuffledNetwork, HasOtherGradientsFromAnyLayerOn) {
  const Names layers = layers_with_weights(model, options);
  ASSERT_GT(layers.size(), 3U);
  EXPECT_EQ(std::set<std::string>(layers.begin(), layers.end()).size(), layers.size());
  const Tensor plain = gradient({});
  EXPECT_TRUE(near(gradient({"no such layer"}), plain, 0));
  for (const std::string& layer : {layers.front(), layers[layers.size() / 2], layers.back()})
    EXPECT_FALSE(near(gradient({layer}), plain, 1e-3)) << layer;
  EXPECT_TRUE(near(gradient(layers, 5), gradient(layers, 5), 0));
  const Tensor five = gradient(layers, 5), six = gradient(layers, 6);
  double apart = 0, size = 0;
  for (std::size_t i = 0; i < five.data<float>().size(); ++i) {
    apart = std::max(apart, static_cast<double>(std::abs(five.data<float>()[i] - six.data<float>()[i])));
    size = std::max(size, static_cast<double>(std::abs(five.data<float>()[i])));
  }
  EXPECT_GT(apart, 0.1 * size);
}

}  // namespace
}  // namespace fovea::test
