#include "evaluate/compare_layers.hpp"

#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace fovea::test {
namespace {

LayerInfo layer(const std::string& name, const std::string& operator_name, const Shape& shape) {
  LayerInfo info;
  info.name = name;
  info.operator_name = operator_name;
  info.shape = shape;
  return info;
}

std::string names(const MatchedLayers& matched) {
  std::string text;
  for (const LayerPair& pair : matched.pairs)
    text += pair.first + "=" + pair.second + " ";
  return text;
}

TEST(MatchLayers, by_name_operator_and_shape) {
  const std::vector<LayerInfo> first = {layer("conv1", "Conv", {1, 8, 4, 4}),
                                        layer("relu1", "Relu", {1, 8, 4, 4}),
                                        layer("conv2", "Conv", {1, 9, 4, 4}), layer("fc", "Gemm", {1, 10})};
  const std::vector<LayerInfo> second = {layer("conv1", "QLinearConv", {1, 8, 4, 4}),
                                         layer("conv2", "Conv", {1, 9, 2, 2}), layer("fc", "Gemm", {1, 10})};
  const MatchedLayers matched = match_layers(first, second, 10);
  EXPECT_TRUE(matched.is_by_name);
  EXPECT_EQ(names(matched), "conv1=conv1 fc=fc ");
}

TEST(MatchLayers, in_their_order_where_names_are_counters) {
  const std::vector<LayerInfo> first = {layer("10", "Conv", {1, 8, 4, 4}), layer("11", "Conv", {1, 8, 4, 4}),
                                        layer("12", "Conv", {1, 5, 2, 2}), layer("13", "MatMul", {1, 3})};
  const std::vector<LayerInfo> second = {layer("11", "Conv", {1, 8, 4, 4}), layer("12", "Conv", {1, 7, 2, 2}),
                                         layer("13", "Conv", {1, 5, 2, 2}), layer("14", "MatMul", {1, 3})};
  const MatchedLayers matched = match_layers(first, second, 10);
  EXPECT_FALSE(matched.is_by_name);
  EXPECT_EQ(matched.shared, 3U);
  EXPECT_EQ(names(matched), "10=11 12=13 13=14 ");
}

TEST(MatchLayers, in_their_order_where_quantising_renamed_some) {
  const auto conv = [](const std::string& name) { return layer(name, "Conv", {1, 8, 4, 4}); };
  const std::vector<LayerInfo> first = {conv("a"), conv("b"), conv("c"), conv("d"), conv("e")};
  const std::vector<LayerInfo> second = {conv("a_relu"), conv("c"), conv("d_relu"), conv("e")};
  const MatchedLayers matched = match_layers(first, second, 10);
  EXPECT_FALSE(matched.is_by_name);
  EXPECT_EQ(names(matched), "a=a_relu c=c d=d_relu e=e ") << "equal names come before more pairs";
}

TEST(MatchLayers, by_name_where_the_order_differs) {
  const auto conv = [](const std::string& name) { return layer(name, "Conv", {1, 8, 4, 4}); };
  const MatchedLayers matched = match_layers(std::vector<LayerInfo>{conv("a"), conv("b"), conv("c")},
                                             std::vector<LayerInfo>{conv("c"), conv("a"), conv("b")}, 10);
  EXPECT_TRUE(matched.is_by_name);
  EXPECT_EQ(names(matched), "a=a b=b c=c ");
}

TEST(MatchLayers, takes_some_of_many_evenly_with_first_and_last) {
  std::vector<LayerInfo> many;
  for (int i = 0; i < 9; ++i)
    many.push_back(layer("c" + std::to_string(i), "Conv", {1, 2, 3, 3}));
  const MatchedLayers matched = match_layers(many, many, 3);
  EXPECT_EQ(matched.shared, 9U);
  EXPECT_EQ(names(matched), "c0=c0 c4=c4 c8=c8 ");
  EXPECT_EQ(names(match_layers(many, many, 1)), "c8=c8 ");
}

TEST(CompareArrays, by_hand) {
  const std::vector<float> a = {3, 4}, b = {4, 3}, zero = {0, 0};
  const ArrayAgreement agreement = compare_arrays(a, b);
  EXPECT_DOUBLE_EQ(*agreement.correlation, -1);
  EXPECT_DOUBLE_EQ(*agreement.relative_difference, std::sqrt(2.0) / 5);
  EXPECT_FALSE(compare_arrays(zero, a).relative_difference);
  EXPECT_FALSE(compare_arrays(zero, a).correlation);
  EXPECT_THROW((void)compare_arrays(a, std::vector<float>{1}), InputError);
}

TEST(LayerComparison, tells_where_activations_begin_to_differ_and_where_correlations_fall_most) {
  LayerComparison comparison;
  const std::vector<std::array<double, 3>> found = {{1, 0, 0.2}, {0.99, 0.1, 0.8}, {0.9, 0.4, 0.85}};
  for (const auto& [activation, difference, gradient] : found)
    comparison.means.push_back({{activation, difference}, {gradient, 0.0}});
  EXPECT_EQ(comparison.first_difference(), 1U);
  EXPECT_EQ(comparison.activations_part(), 2U);
  EXPECT_EQ(comparison.gradients_part(), 0U) << "from the scores back: 0.85, 0.8, 0.2";
  for (LayerAgreement& each : comparison.means)
    each.activation = {0.9999, 0.0005};
  EXPECT_FALSE(comparison.first_difference());
  EXPECT_FALSE(comparison.activations_part());
}

/// Two convolutions, a ReLU and a dense layer; those behind the first convolution are multiplied by `factor`.
std::string small_network(const TemporaryFolder& folder, const std::string& name, float factor) {
  ModelBuilder builder;
  std::vector<float> first, second, dense;
  for (int i = 0; i < 2 * 3 * 9; ++i)
    first.push_back(static_cast<float>(i * 7 % 11) - 5);
  for (int i = 0; i < 2 * 2 * 9; ++i)
    second.push_back(factor * (static_cast<float>(i * 5 % 13) - 6));
  for (int i = 0; i < 2 * 64 * 3; ++i)
    dense.push_back(static_cast<float>(i * 3 % 7) - 3);
  builder.input("x", {1, 3, 8, 8}).output("scores");
  builder.weight("w1", {2, 3, 3, 3}, first).weight("w2", {2, 2, 3, 3}, second).weight("w3", {128, 3}, dense);
  const std::vector<Attribute> padded = {{"pads", Dims{1, 1, 1, 1}}};
  builder.node("Conv", {"x", "w1"}, {"conv1"}, padded).node("Relu", {"conv1"}, {"relu1"});
  builder.node("Conv", {"relu1", "w2"}, {"conv2"}, padded).node("Relu", {"conv2"}, {"relu2"});
  builder.node("Flatten", {"relu2"}, {"flat"}).node("Gemm", {"flat", "w3"}, {"scores"});
  return builder.save(folder.file(name));
}

Image small_photo() {
  Image photo = Image::blank(8, 8, 3, 0);
  for (std::size_t i = 0; i < photo.pixels.size(); ++i)
    photo.pixels[i] = static_cast<std::uint8_t>(i * 37 % 256);
  return photo;
}

LayerComparison compare(const Model& first_model, const Model& second_model, std::size_t most = 10,
                        std::int64_t second_class = 1, const Image& photo = small_photo(),
                        Crops crops_of_second = Crops::One) {
  Explainer first(first_model, {.program = {.threads = 1}}),
      second(second_model, {.crops = crops_of_second, .program = {.threads = 1}});
  const ComparedLayers layers = plan_layers(first, first_model, second, second_model, most);
  LayerComparer comparer(layers);
  const auto found = comparer.compare(first.frame(photo), second.frame(photo), {1, second_class});
  const std::vector<const std::vector<LayerAgreement>*> photos = {&found};
  return mean_agreement(layers, photos);
}

TEST(LayerComparer, finds_equal_networks_equal) {
  const TemporaryFolder folder;
  const Model model = Model::load(small_network(folder, "a.onnx", 1));
  const LayerComparison comparison = compare(model, model);
  ASSERT_EQ(comparison.means.size(), 2U) << comparison.why_none << ": the scores are no layer";
  EXPECT_EQ(comparison.photos, 1);
  for (const LayerAgreement& each : comparison.means) {
    EXPECT_NEAR(*each.activation.correlation, 1, 1e-9);
    EXPECT_EQ(each.activation.relative_difference, 0.0);
    EXPECT_NEAR(*each.gradient.correlation, 1, 1e-9);
    EXPECT_EQ(each.gradient.relative_difference, 0.0);
  }
  EXPECT_EQ(comparison.matched.pairs[0].shape, (Shape{2, 8, 8}));
  EXPECT_FALSE(comparison.first_difference());
}

/// Twice the weights of the second convolution: activations double from there on, gradients before it.
TEST(LayerComparer, sees_a_scaled_layer_as_differences_of_known_size) {
  const TemporaryFolder folder;
  const LayerComparison comparison = compare(Model::load(small_network(folder, "a.onnx", 1)),
                                             Model::load(small_network(folder, "b.onnx", 2)));
  ASSERT_EQ(comparison.means.size(), 2U) << comparison.why_none;
  const auto difference = [&](std::size_t i, ArrayAgreement LayerAgreement::*what) {
    return *(comparison.means[i].*what).relative_difference;
  };
  EXPECT_NEAR(difference(0, &LayerAgreement::activation), 0, 1e-6);
  EXPECT_NEAR(difference(1, &LayerAgreement::activation), 1, 1e-5);
  EXPECT_NEAR(difference(0, &LayerAgreement::gradient), 1, 1e-5);
  EXPECT_NEAR(difference(1, &LayerAgreement::gradient), 0, 1e-6);
  ASSERT_TRUE(comparison.first_difference());
  EXPECT_EQ(comparison.matched.pairs[*comparison.first_difference()].first, "conv2");
}

/// Four convolutions, of which the one of that number, from 0, has noise on its weights; -1: none has.
std::string deep_network(const TemporaryFolder& folder, const std::string& name, int disturbed) {
  ModelBuilder builder;
  builder.input("x", {1, 3, 8, 8}).output("scores");
  std::string before = "x";
  for (int layer = 0; layer < 4; ++layer) {
    const std::int64_t channels = layer == 0 ? 3 : 4;
    std::vector<float> weights;
    for (std::int64_t i = 0; i < 4 * channels * 9; ++i) {
      const float noise = layer == disturbed ? static_cast<float>(i * 29 % 7 - 3) / 20 : 0;
      weights.push_back((static_cast<float>(i * (5 + layer) % 13) - 5.5F) / 10 + noise);
    }
    const std::string number = std::to_string(layer);
    builder.weight("w" + number, {4, channels, 3, 3}, weights);
    builder.node("Conv", {before, "w" + number}, {"conv" + number}, {{"pads", Dims{1, 1, 1, 1}}});
    builder.node("Relu", {"conv" + number}, {"relu" + number});
    before = "relu" + number;
  }
  std::vector<float> dense;
  for (int i = 0; i < 256 * 3; ++i)
    dense.push_back(static_cast<float>(i * 3 % 7) - 3);
  builder.weight("w4", {256, 3}, dense);
  builder.node("Flatten", {before}, {"flat"}).node("Gemm", {"flat", "w4"}, {"scores"});
  return builder.save(folder.file(name));
}

TEST(LayerComparer, names_the_layer_whose_weights_are_disturbed) {
  const TemporaryFolder folder;
  const Model original = Model::load(deep_network(folder, "a.onnx", -1));
  for (int disturbed = 0; disturbed < 4; ++disturbed) {
    const LayerComparison comparison =
        compare(original, Model::load(deep_network(folder, "b.onnx", disturbed)));
    ASSERT_EQ(comparison.means.size(), 4U) << comparison.why_none;
    ASSERT_TRUE(comparison.first_difference());
    EXPECT_EQ(comparison.matched.pairs[*comparison.first_difference()].first,
              "conv" + std::to_string(disturbed));
    for (int before = 0; before < disturbed; ++before)
      EXPECT_EQ(comparison.means[static_cast<std::size_t>(before)].activation.relative_difference, 0.0);
  }
}

TEST(LayerComparer, explains_each_class_in_its_own_network) {
  const TemporaryFolder folder;
  const Model model = Model::load(small_network(folder, "a.onnx", 1));
  const LayerComparison comparison = compare(model, model, 10, 2);
  EXPECT_EQ(comparison.means[0].activation.relative_difference, 0.0);
  EXPECT_GT(*comparison.means[0].gradient.relative_difference, 0.01);
}

TEST(LayerComparer, says_why_nothing_is_compared) {
  const TemporaryFolder folder;
  const Model model = Model::load(small_network(folder, "a.onnx", 1));
  EXPECT_EQ(compare(model, model, 0).why_none, "layers were not asked for");
  ModelBuilder builder;
  builder.input("x", {1, 3, 4, 4}).output("scores").weight("w", {48, 3}, std::vector<float>(144, 1));
  builder.node("Flatten", {"x"}, {"flat"})
      .node("Gemm", {"flat", "w"}, {"other"})
      .node("Relu", {"other"}, {"scores"});
  const LayerComparison other = compare(model, Model::load(builder.save(folder.file("b.onnx"))));
  EXPECT_NE(other.why_none.find("no layers of the same shape"), std::string::npos) << other.why_none;
  EXPECT_TRUE(other.means.empty());
}

TEST(LayerComparer, leaves_out_photos_of_which_the_networks_see_different_parts) {
  const TemporaryFolder folder;
  const Model model = Model::load(small_network(folder, "a.onnx", 1));
  const LayerComparison comparison = compare(model, model, 10, 1, Image::blank(40, 20, 3, 90), Crops::Whole);
  EXPECT_EQ(comparison.photos, 0);
  EXPECT_NE(comparison.why_none.find("different parts"), std::string::npos) << comparison.why_none;
}

TEST(LayerComparison, is_the_mean_of_the_photos_where_it_is_defined) {
  ComparedLayers layers;
  layers.matched.pairs.resize(2);
  const std::vector<LayerAgreement> first = {{{0.5, 1.0}, {1.0, 0.0}}, {{0.25, 3.0}, {}}},
                                    second = {{{1.0, 2.0}, {0.5, 0.5}}, {{std::nullopt, 1.0}, {}}},
                                    other_part = {};
  const std::vector<const std::vector<LayerAgreement>*> photos = {&first, &second, &other_part};
  const LayerComparison comparison = mean_agreement(layers, photos);
  EXPECT_EQ(comparison.photos, 2);
  ASSERT_EQ(comparison.means.size(), 2U);
  EXPECT_DOUBLE_EQ(*comparison.means[0].activation.correlation, 0.75);
  EXPECT_DOUBLE_EQ(*comparison.means[0].activation.relative_difference, 1.5);
  EXPECT_DOUBLE_EQ(*comparison.means[0].gradient.correlation, 0.75);
  EXPECT_DOUBLE_EQ(*comparison.means[1].activation.correlation, 0.25);
  EXPECT_DOUBLE_EQ(*comparison.means[1].activation.relative_difference, 2);
  EXPECT_FALSE(comparison.means[1].gradient.correlation);
}

}  // namespace
}  // namespace fovea::test
