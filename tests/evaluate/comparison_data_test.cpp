#include "evaluate/comparison_data.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kMethods = {"gradient", "grad-cam"};

std::array<ComparedNetwork, 2> networks() {
  std::array<ComparedNetwork, 2> two;
  two[0].labels = two[1].labels = Labels(std::vector<Label>{{"n1", "cat"}, {"n2", "dog"}});
  return two;
}

/// A photo with numbers that have no short decimal form, and some that are missing.
PhotoComparison photo() {
  PhotoComparison result;
  result.image = "a.jpg";
  result.guess = {Prediction{1, 0.1, 1.0 / 3}, Prediction{0, -2.5e-7, std::nullopt}};
  result.target = {Prediction{1, 0.1, 1.0 / 3}, Prediction{1, 7.0 / 9, std::nullopt}};
  result.is_changed = true;
  result.is_right = {true, false};
  MethodComparison known, unknown;
  known.agreement = {{{}, 16, 24}, 1.0 / 7, -0.1, 0.3, 0.7};
  known.energy = {0.2, std::nullopt};
  known.is_zero = {false, true};
  unknown.agreement = {{{}, 7, 7}, std::nullopt, std::nullopt, std::nullopt, 0.1};
  result.methods = {known, unknown};
  result.layers = {{{1.0 / 3, 0.2}, {std::nullopt, 1e-9}}, {{}, {0.5, 0.25}}};
  return result;
}

TEST(ComparisonData, is_read_back_exactly) {
  const PhotoComparison before = photo();
  const Json numbers = Json::parse(photo_json(networks(), kMethods, before).dump()),
             layers = Json::parse(layers_data(before.layers).dump());
  const PhotoComparison after = photo_comparison(numbers, layers, kMethods);
  EXPECT_EQ(after.image, before.image);
  EXPECT_EQ(after.is_changed, before.is_changed);
  EXPECT_EQ(after.is_right, before.is_right);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(after.guess[k].index, before.guess[k].index);
    EXPECT_EQ(after.guess[k].score, before.guess[k].score);
    EXPECT_EQ(after.guess[k].probability, before.guess[k].probability);
    EXPECT_EQ(after.target[k]->score, before.target[k]->score);
    EXPECT_EQ(after.methods[k].agreement.rank, before.methods[k].agreement.rank);
    EXPECT_EQ(after.methods[k].agreement.signed_rank, before.methods[k].agreement.signed_rank);
    EXPECT_EQ(after.methods[k].agreement.similarity, before.methods[k].agreement.similarity);
    EXPECT_EQ(after.methods[k].agreement.overlap, before.methods[k].agreement.overlap);
    EXPECT_EQ(after.methods[k].agreement.grid.height, before.methods[k].agreement.grid.height);
    EXPECT_EQ(after.methods[k].agreement.grid.width, before.methods[k].agreement.grid.width);
    EXPECT_EQ(after.methods[k].energy, before.methods[k].energy);
    EXPECT_EQ(after.methods[k].is_zero, before.methods[k].is_zero);
    EXPECT_EQ(after.layers[k].activation.correlation, before.layers[k].activation.correlation);
    EXPECT_EQ(after.layers[k].activation.relative_difference,
              before.layers[k].activation.relative_difference);
    EXPECT_EQ(after.layers[k].gradient.correlation, before.layers[k].gradient.correlation);
    EXPECT_EQ(after.layers[k].gradient.relative_difference, before.layers[k].gradient.relative_difference);
  }
}

TEST(ComparisonData, keeps_that_the_second_network_has_no_such_class) {
  PhotoComparison before = photo();
  before.target[1].reset();
  before.methods.clear();
  before.is_right[1].reset();
  const PhotoComparison after =
      photo_comparison(photo_json(networks(), kMethods, before), layers_data({}), kMethods);
  EXPECT_FALSE(after.target[1]);
  EXPECT_TRUE(after.methods.empty());
  EXPECT_TRUE(after.layers.empty());
  EXPECT_FALSE(after.is_right[0]) << "right answers are counted where both networks have the class";
}

TEST(ComparisonData, of_other_methods_is_refused) {
  EXPECT_THROW(
      (void)photo_comparison(photo_json(networks(), kMethods, photo()), layers_data({}), {"occlusion"}),
      Json::exception);
}

}  // namespace
}  // namespace fovea::test
