/// LayerCAM at two layers against plain loops.
#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/localize.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace fovea::test {
namespace {

/// Layers "early" of 8 x 8 and "deep" of 2 x 2 positions, and five scores.
Model network() {
  ModelBuilder builder;
  builder.input("image", {-1, 3, 32, 32}).output("scores");
  builder.weight("w1", {6, 3, 4, 4}, random_values(6 * 48, 1))
      .weight("w2", {7, 6, 4, 4}, random_values(7 * 96, 2));
  builder.weight("w3", {7, 5}, random_values(35, 3));
  builder.node("Conv", {"image", "w1"}, {"c1"}, {{"strides", Dims{4, 4}}});
  builder.node("Relu", {"c1"}, {"early"});
  builder.node("Conv", {"early", "w2"}, {"c2"}, {{"strides", Dims{4, 4}}});
  builder.node("Relu", {"c2"}, {"deep"});
  builder.node("GlobalAveragePool", {"deep"}, {"pooled"});
  builder.node("Flatten", {"pooled"}, {"flat"});
  builder.node("MatMul", {"flat", "w3"}, {"scores"});
  return built(builder);
}

Tensor picture() {
  return Tensor::from<float>({3, 32, 32}, random_values(3 * 32 * 32, 9));
}

std::vector<double> scores_of_picture(const Model& model) {
  Session session(Program::compile(model, {.backend = BackendKind::Reference}));
  std::copy_n(picture().data<float>().begin(), 3 * 32 * 32, session.input().data<float>().begin());
  session.forward();
  return {session.output().data<float>().begin(), session.output().data<float>().end()};
}

/// max(sum_k max(dS/dA_k, 0) A_k, 0) of a layer, S being weighted scores; at the picture's size, less its
/// scale.
std::vector<double> layer_cam(const Model& model, const std::string& layer, const std::vector<float>& seed) {
  Session session(Program::compile(model, {.backend = BackendKind::Reference, .wrt = layer}));
  std::copy_n(picture().data<float>().begin(), 3 * 32 * 32, session.input().data<float>().begin());
  session.forward();
  std::copy(seed.begin(), seed.end(), session.seed().data<float>().begin());
  session.backward();
  const Shape& shape = session.output(1).shape();
  const auto a = session.output(1).data<float>(), g = session.gradient().data<float>();
  const auto positions = static_cast<std::size_t>(shape[2] * shape[3]);
  Tensor map(DType::F32, {shape[2], shape[3]});
  for (std::size_t i = 0; i < a.size(); ++i)
    map.data<float>()[i % positions] += std::max(g[i], 0.0F) * a[i];
  const Tensor large = resize_map(map, 32, 32);
  std::vector<double> values(large.data<float>().begin(), large.data<float>().end());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  for (double& value : values)
    value = value / mean + 0.02;
  return values;
}

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> values(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    values[i] = std::sqrt(a[i] * b[i]);
  return values;
}

void expect_relevance(const Model& model, const ExplainedScore& target, const std::vector<double>& expected) {
  Explainer explain = explainer_of(model, {.method = "fused-layer-cam"});
  const Tensor relevance = explain.attribute(picture(), target).relevance;
  ASSERT_EQ(relevance.shape(), Shape({1, 32, 32}));
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(relevance.data<float>()[i], expected[i], 1e-4 * (1 + expected[i])) << i;
}

TEST(FusedLayerCam, TellsTheClassFromTheNextBestOneAtTheDeepLayerOnly) {
  const Model model = network();
  const std::vector<double> scores = scores_of_picture(model);
  std::vector<std::int64_t> order(5);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
  });
  for (const std::size_t place : {0U, 1U, 3U}) {
    SCOPED_TRACE(place);
    const std::int64_t target = order[place], rival = order[place == 0 ? 1 : 0];
    std::vector<float> alone(5, 0), against(5, 0);
    alone[static_cast<std::size_t>(target)] = against[static_cast<std::size_t>(target)] = 1;
    against[static_cast<std::size_t>(rival)] = -1;
    expect_relevance(model, {target, {}},
                     product(layer_cam(model, "deep", against), layer_cam(model, "early", alone)));
    // A class that is to be subtracted is subtracted at both layers, and no other.
    const std::int64_t other = order[4];
    std::vector<float> chosen = alone;
    chosen[static_cast<std::size_t>(other)] = -1;
    expect_relevance(model, {target, other},
                     product(layer_cam(model, "deep", chosen), layer_cam(model, "early", chosen)));
  }
}

TEST(FusedLayerCam, ExplainsTransformersAndNetworksWithOneLayer) {
  ModelBuilder builder;
  builder.input("image", {-1, 3, 8, 8}).output("scores").weight("w", {3, 3, 3, 3}, random_values(81, 4));
  builder.node("Conv", {"image", "w"}, {"c"}, {{"pads", Dims{1, 1, 1, 1}}}).node("Relu", {"c"}, {"r"});
  builder.node("GlobalAveragePool", {"r"}, {"pooled"}).node("Flatten", {"pooled"}, {"scores"});
  SmallTransformer with_token, without_token;
  without_token.class_token = false;
  for (const Model& model : {with_token.model(), without_token.model(), built(builder)}) {
    Explainer explain = explainer_of(model, object_explain_options());
    const LocalizedClass found = localize(explain, scene(40, 30, {{5, 5, 30, 20}}));
    EXPECT_FALSE(found.object.box.empty());
  }
}

TEST(FusedLayerCam, NeedsALayerAndSaysWhatDoesNot) {
  const Model flat = looks_at_the_middle(8);
  EXPECT_NE(message_of<Error>([&] {
              explainer_of(flat, object_explain_options());
            }).find("choose a method that reads no layer, such as gradient"),
            std::string::npos);
}

}  // namespace
}  // namespace fovea::test
