#include "fovea/error.hpp"
#include "fovea/localize.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

/// Maps of transformers' token layers: class tokens dropped, grids restored, windows undone.
namespace fovea {
namespace {

using test::built;
using test::Dims;
using test::ModelBuilder;
using test::random_values;
using test::SmallTransformer;
using Form = SmallTransformer::Form;
using Nudge = SmallTransformer::Nudge;

Tensor input_of(const Shape& shape) {
  Tensor input(DType::F32, shape);
  const std::vector<float> values = random_values(input.data<float>().size(), 21);
  std::copy(values.begin(), values.end(), input.data<float>().begin());
  return input;
}

std::vector<float> values_of(const Tensor& tensor) {
  const auto all = tensor.data<float>();
  return {all.begin(), all.end()};
}

std::string last_layer(const Model& model) {
  return last_spatial_layer(model, {});
}

/// Behind the last attention, a class token alone leads to the scores; without one, all tokens do.
TEST(LastSpatialLayer, OfATransformerIsTheLastWhosePatchesTheScoresDependOn) {
  for (const Form form : {Form::OneProduct, Form::ThreeProducts, Form::HeadsBesidePictures}) {
    SmallTransformer network;
    network.form = form;
    EXPECT_EQ(last_layer(network.model()), "block2.norm");
    network.class_token = false;
    EXPECT_EQ(last_layer(network.model()), "last");
  }
}

/// On 2 x 2 patches: w_c is the mean over the patches, without the class token, of dS/d(token)_c, and the map
/// max(sum_c w_c token_c, 0).
TEST(GradCam, OfTokensIsThatOfTheirPatches) {
  for (const bool class_token : {true, false}) {
    SmallTransformer network;
    network.rows = network.columns = 2;
    network.patch = 1;
    network.class_token = class_token;
    const Tensor picture = input_of({3, 2, 2});
    const std::vector<float> values = values_of(picture);
    const std::int64_t block = network.blocks - 1;
    const std::vector<double> tokens = network.run(values).normalised[static_cast<std::size_t>(block)];
    bool is_positive = false;
    for (std::int64_t target = 0; target < network.classes; ++target) {
      const std::vector<double> slopes =
          network.derivative(values, Nudge::Of::Tokens, block,
                             [&](const auto& run) { return run.scores[static_cast<std::size_t>(target)]; });
      Explainer explain = test::explainer_of(
          network.model(),
          {.method = "grad-cam", .method_options = {.layer = fmt::format("block{}.norm", block)}});
      const std::vector<float> map = values_of(explain.attribute(picture, {target, {}}).relevance);
      ASSERT_EQ(map.size(), 4U);
      const std::size_t first = class_token ? 1 : 0;
      for (std::size_t patch = 0; patch < 4; ++patch) {
        double sum = 0;
        for (std::size_t c = 0; c < 6; ++c) {
          double weight = 0;
          for (std::size_t other = 0; other < 4; ++other)
            weight += slopes[(first + other) * 6 + c] / 4;
          sum += weight * tokens[(first + patch) * 6 + c];
        }
        EXPECT_NEAR(map[patch], std::max(sum, 0.0), 1e-4) << target << " " << patch;
        is_positive = is_positive || sum > 1e-2;
      }
    }
    EXPECT_TRUE(is_positive);
  }
}

/// On 2 x 2 patches: w_c is the share of the score that is lost without channel c of all tokens, the class
/// token among them.
TEST(AblationCam, OfTokensLeavesOutChannelsOfAllTokens) {
  SmallTransformer network;
  network.rows = network.columns = 2;
  network.patch = 1;
  const Tensor picture = input_of({3, 2, 2});
  const std::vector<float> values = values_of(picture);
  const std::int64_t block = network.blocks - 1;
  const SmallTransformer::Run whole = network.run(values);
  const std::vector<double>& tokens = whole.normalised[static_cast<std::size_t>(block)];
  Explainer explain = test::explainer_of(network.model(), {.method = "ablation-cam"});
  bool is_positive = false;
  for (std::size_t target = 0; target < 5; ++target) {
    std::vector<double> sums(4, 0);
    for (std::int64_t c = 0; c < 6; ++c) {
      const double without = network.run(values, Nudge{Nudge::Of::Channel, block, c}).scores[target];
      for (std::size_t patch = 0; patch < 4; ++patch)
        sums[patch] += (whole.scores[target] - without) / std::abs(whole.scores[target]) *
                       tokens[(1 + patch) * 6 + static_cast<std::size_t>(c)];
    }
    const std::vector<float> map =
        values_of(explain.attribute(picture, {static_cast<std::int64_t>(target), {}}).relevance);
    for (std::size_t patch = 0; patch < 4; ++patch) {
      EXPECT_NEAR(map[patch], std::max(sums[patch], 0.0), 1e-4 * std::max(1.0, std::abs(sums[patch])))
          << target << " " << patch;
      is_positive = is_positive || sums[patch] > 1e-2;
    }
  }
  EXPECT_TRUE(is_positive);
}

/// The methods of that family take tokens with a class token by themselves.
TEST(GradCam, AndItsFamilyExplainATransformer) {
  const SmallTransformer network;
  const Tensor picture = input_of({3, network.height(), network.width()});
  for (const std::string method : {"grad-cam", "grad-cam++", "xgrad-cam", "hires-cam", "layer-cam",
                                   "guided-grad-cam", "eigen-cam", "score-cam", "excitation"}) {
    Explainer explain = test::explainer_of(network.model(), {.method = method});
    bool shows = false;
    for (std::int64_t target = 0; target < network.classes; ++target)
      for (const float value : values_of(explain.attribute(picture, {target, {}}).relevance))
        shows = shows || value > 1e-6F;
    EXPECT_TRUE(shows) << method;
  }
}

/// Channels last, rolled by a row and a column, in windows of 2 x 2: [4,4,3] for a picture of 4 x 4. The
/// scores read one window alone.
Model reads_one_window(std::int64_t window) {
  ModelBuilder b;
  b.input("image", {1, 3, 4, 4}).output("scores");
  b.weight("w", {3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}).node("Conv", {"image", "w"}, {"conv"});
  b.node("Transpose", {"conv"}, {"last"}, {{"perm", Dims{0, 2, 3, 1}}});
  b.list("zero", {0}).list("one", {1}).list("end", {4}).list("rows", {1}).list("columns", {2});
  b.node("Slice", {"last", "one", "end", "rows"}, {"r1"})
      .node("Slice", {"last", "zero", "one", "rows"}, {"r2"});
  b.node("Concat", {"r1", "r2"}, {"rolled0"}, {{"axis", 1}});
  b.node("Slice", {"rolled0", "one", "end", "columns"}, {"c1"});
  b.node("Slice", {"rolled0", "zero", "one", "columns"}, {"c2"});
  b.node("Concat", {"c1", "c2"}, {"rolled"}, {{"axis", 2}});
  b.list("cut", {1, 2, 2, 2, 2, 3}).node("Reshape", {"rolled", "cut"}, {"parts"});
  b.node("Transpose", {"parts"}, {"sorted"}, {{"perm", Dims{0, 1, 3, 2, 4, 5}}});
  b.list("windows", {4, 4, 3})
      .node("Reshape", {"sorted", "windows"}, {"split"})
      .node("Relu", {"split"}, {"act"});
  b.list("which", {window}).node("Gather", {"act", "which"}, {"chosen"}, {{"axis", 0}});
  b.list("flat", {1, 12}).node("Reshape", {"chosen", "flat"}, {"row"});
  b.weight("ones", {12, 2}, std::vector<float>(24, 1.0F)).node("MatMul", {"row", "ones"}, {"scores"});
  return built(b);
}

/// The window's positions in the picture, and no others, are marked: windows of the lower or right edge go
/// around to the upper or left one.
TEST(LayerCam, UndoesShiftedWindows) {
  Tensor picture(DType::F32, {3, 4, 4});
  for (std::size_t i = 0; i < picture.data<float>().size(); ++i)
    picture.data<float>()[i] = 1 + static_cast<float>(i);
  for (std::int64_t window = 0; window < 4; ++window) {
    Explainer explain = test::explainer_of(reads_one_window(window),
                                           {.method = "layer-cam", .method_options = {.layer = "act"}});
    const std::vector<float> map = values_of(explain.attribute(picture, {0, {}}).relevance);
    for (std::int64_t y = 0; y < 4; ++y)
      for (std::int64_t x = 0; x < 4; ++x) {
        const std::int64_t rolled_y = (y + 3) % 4, rolled_x = (x + 3) % 4;
        const bool is_read = rolled_y / 2 * 2 + rolled_x / 2 == window;
        const auto at = static_cast<std::size_t>(y * 4 + x);
        const auto pixel = static_cast<float>(at);
        const float channels = 3 * pixel + 3 + 16 + 32;  // of the picture at this very place
        EXPECT_EQ(map[at], is_read ? channels : 0.0F) << window << ": " << y << ", " << x;
      }
  }
}

TEST(TokenLayers, ThatAreNoTokensAreRefused) {
  const SmallTransformer network;
  for (const std::string layer : {"block1.attention", "features"})
    try {
      test::explainer_of(network.model(), {.method = "grad-cam", .method_options = {.layer = layer}});
      ADD_FAILURE() << layer;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("'" + layer + "'"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("fovea info"), std::string::npos) << error.what();
    }
}

/// A class token that gathers from the patches by no attention: no layer can be chosen by itself.
TEST(LastSpatialLayer, IsAskedForWhereAClassTokenMixesOtherwise) {
  ModelBuilder b;
  b.input("image", {1, 4, 2, 3}).output("scores");
  b.list("flat", {1, 4, 6}).node("Reshape", {"image", "flat"}, {"list"});
  b.node("Transpose", {"list"}, {"patches"}, {{"perm", Dims{0, 2, 1}}});
  b.weight("class", {1, 1, 4}, {1, 2, 3, 4}).node("Concat", {"class", "patches"}, {"tokens"}, {{"axis", 1}});
  b.weight("mix", {7, 7}, random_values(49, 1)).node("MatMul", {"mix", "tokens"}, {"mixed"});
  b.node("Add", {"mixed", "tokens"}, {"sum"});
  *b.graph().add_initializer() = test::int_tensor("first", {}, {0});
  b.node("Gather", {"sum", "first"}, {"features"}, {{"axis", 1}});
  b.weight("w", {4, 3}, random_values(12, 2)).node("MatMul", {"features", "w"}, {"scores"});
  const Model model = built(b);
  try {
    last_layer(model);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("class token alone"), std::string::npos) << error.what();
  }
  EXPECT_EQ(test::explainer_of(model, {.method = "grad-cam", .method_options = {.layer = "tokens"}})
                .attribute(input_of({4, 2, 3}), {0, {}})
                .relevance.shape(),
            Shape({1, 2, 3}));
}

}  // namespace
}  // namespace fovea
