#include "fovea/explain.hpp"

#include "fixtures.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "slow_network.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace fovea::test {
namespace {

const Shape kPicture = {3, 14, 22};

Model network() {
  return built(small_network(14, 22));
}

TEST(Methods, EachHasItsOwnNameAndSource) {
  std::set<std::string_view> names;
  for (const MethodInfo& info : methods()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.title.empty() || info.source.empty() || info.summary.empty()) << info.name;
    EXPECT_FALSE(info.group.empty() || info.passes.empty() || info.reading.empty()) << info.name;
  }
  EXPECT_GE(names.size(), 15U);
}

TEST(Methods, OfAGroupFollowOneAnother) {
  std::set<std::string_view> groups;
  std::string_view last;
  for (const MethodInfo& info : methods()) {
    EXPECT_TRUE(info.group == last || groups.insert(info.group).second) << info.group;
    last = info.group;
  }
  EXPECT_EQ(method_info("score-cam").needs, "layer");
  EXPECT_EQ(method_info("guided-grad-cam").needs, "ReLUs, layer");
  EXPECT_EQ(method_info("gradient").needs, "");
  EXPECT_EQ(name_of(method_info("grad-cam").sanity), "passes");
}

TEST(Methods, AnUnknownOneIsAnErrorThatNamesTheNearestOrAll) {
  EXPECT_NE(test::message_of<InputError>([] { method_info("gradcam"); }).find("'grad-cam'"),
            std::string::npos);
  const std::string message = test::message_of<InputError>([] { method_info("no such thing"); });
  for (const MethodInfo& info : methods())
    EXPECT_NE(message.find(info.name), std::string::npos) << message;
}

TEST(Methods, AllExplainTheSameNetworkWithFiniteMapsOfItsSize) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  for (const MethodInfo& info : methods()) {
    Explainer explain = explainer_by(test::network_for(info.name, model), std::string(info.name),
                                     {.samples = info.samples > 0 ? 12 : 0});
    const Attribution found = explain.attribute(input, {2, {}});
    const std::int64_t channels = info.values == MethodInfo::Values::PerPixel ? 1 : 3;
    EXPECT_EQ(found.relevance.shape(), Shape({channels, 14, 22})) << info.name;
    const Tensor map = merge_channels(found.relevance, ChannelMerge::Maximum, info.values);
    EXPECT_EQ(map.shape(), Shape({14, 22}));
    for (const float value : map.data<float>())
      EXPECT_TRUE(value >= 0 && std::isfinite(value)) << info.name;
  }
}

/// The result for a picture must not depend on its place in the batch.
TEST(Methods, GiveTheSameTwice) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  for (const MethodInfo& info : methods()) {
    Explainer explain = explainer_by(test::network_for(info.name, model), std::string(info.name),
                                     {.samples = info.samples > 0 ? 7 : 0});
    const Attribution first = explain.attribute(input, {1, {}});
    explain.attribute(input_of(kPicture, 5), {3, {}});
    const Attribution second = explain.attribute(input, {1, {}});
    EXPECT_EQ(values_of(first.relevance), values_of(second.relevance)) << info.name;
  }
}

TEST(Methods, AContrastiveTargetIsTheDifferenceWhereAMethodIsLinearInTheScores) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  for (const char* name : {"gradient", "guided", "deconvnet", "gradient-x-input", "smoothgrad",
                           "integrated-gradients", "blur-ig", "hires-cam", "expected-gradients", "deep-lift",
                           "occlusion", "rise", "lime", "kernel-shap"}) {
    if (std::string_view(name) == "guided" || std::string_view(name) == "deconvnet")
      continue;  // their masks look at the sign of what flows back
    Explainer explain = explainer_by(model, name, {.samples = method_info(name).samples > 0 ? 12 : 0});
    const std::vector<double> a = values_of(explain.attribute(input, {0, {}}).relevance);
    const std::vector<double> b = values_of(explain.attribute(input, {4, {}}).relevance);
    std::vector<double> difference(a.size());
    std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
    expect_near(explain.attribute(input, {0, 4}).relevance, difference, 2e-5, name);
  }
}

TEST(Methods, BadTargetsAndInputsAreErrors) {
  Explainer explain = explainer_by(network(), "smoothgrad", {.samples = 2});
  EXPECT_EQ(test::message_of<InputError>([&] {
              explain.attribute(input_of(kPicture), {5, {}});
            }),
            "class 5 is out of range: the model has 5 classes, 0 to 4");
  EXPECT_EQ(test::message_of<InputError>([&] {
              explain.attribute(input_of(kPicture), {0, -1});
            }),
            "class -1 is out of range: the model has 5 classes, 0 to 4");
  EXPECT_EQ(test::message_of<InputError>([&] {
              explain.attribute(input_of({3, 14, 21}), {0, {}});
            }),
            "expected a network input of 3x14x22, found 3x14x21");
}

TEST(GradientXInput, SumsUpToAScoreWithoutBiases) {
  const std::vector<float> weights = random_values(2 * 3 * 20, 9);
  const Model model = built(test::linear_model({1, 3, 4, 5}, weights, {0, 0}));
  const Tensor input = input_of({3, 4, 5});
  Explainer explain = explainer_by(model, "gradient-x-input");
  const std::vector<double> relevance = values_of(explain.attribute(input, {1, {}}).relevance);
  double score = 0;
  for (std::size_t i = 0; i < 60; ++i)
    score += static_cast<double>(weights[60 + i]) * static_cast<double>(input.data<float>()[i]);
  EXPECT_NEAR(std::accumulate(relevance.begin(), relevance.end(), 0.0), score, 1e-5);
}

/// mean, mean square and variance over noisy copies; noise is looked at through a linear model's gradient of
/// x^2.
TEST(SmoothGrad, StatisticsAreThoseOfTheGradients) {
  // scores = (w . x^2): the gradient at x + n is 2 w (x + n), so the noise can be read off.
  test::ModelBuilder builder;
  builder.input("image", {-1, 1, 2, 3}).output("scores");
  builder.weight("w", {6, 1}, {1, 2, 3, 4, 5, 6});
  builder.node("Mul", {"image", "image"}, {"square"});
  builder.node("Flatten", {"square"}, {"flat"});
  builder.node("MatMul", {"flat", "w"}, {"scores"});
  const Model model = built(builder);
  const Tensor input = input_of({1, 2, 3});
  const auto x = input.data<float>();
  const double range = *std::max_element(x.begin(), x.end()) - *std::min_element(x.begin(), x.end());
  const std::int64_t samples = 4000;
  const MethodOptions options{.samples = samples, .noise = 0.2};
  const auto relevance = [&](const char* method) {
    Explainer explain = explainer_by(model, method, options);
    return values_of(explain.attribute(input, {1, {}}).relevance);  // the positive of two classes
  };
  const std::vector<double> mean = relevance("smoothgrad"), square = relevance("smoothgrad-squared"),
                            variance = relevance("vargrad");
  const double sigma = 0.2 * range, error = 5 / std::sqrt(static_cast<double>(samples));
  for (std::size_t i = 0; i < 6; ++i) {
    const double w = static_cast<double>(i + 1), scale = 2 * w * sigma;
    EXPECT_NEAR(mean[i], 2 * w * x[i], scale * error) << i;
    EXPECT_NEAR(variance[i], scale * scale, scale * scale * 2 * error) << i;
    EXPECT_NEAR(square[i], mean[i] * mean[i] + variance[i], 1e-3 * square[i]) << i;
  }
}

TEST(SmoothGrad, WithoutNoiseIsTheGradient) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  SlowNetwork slow(model);
  Explainer explain = explainer_by(model, "smoothgrad", {.samples = 3, .noise = 0});
  expect_near(explain.attribute(input, {2, {}}).relevance, slow.gradient(values_of(input), 2), 1e-5,
              "smoothgrad");
  Explainer none = explainer_by(model, "vargrad", {.samples = 3, .noise = 0});
  for (const double value : values_of(none.attribute(input, {2, {}}).relevance))
    EXPECT_LT(value, 1e-9);
}

TEST(Smooth, WrapsAnyMethod) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  Explainer plain = explainer_by(model, "smoothgrad", {.samples = 9, .seed = 3});
  Explainer wrapped = explainer_by(model, "gradient", {.smooth = 9, .seed = 3});
  expect_near(wrapped.attribute(input, {2, {}}).relevance,
              values_of(plain.attribute(input, {2, {}}).relevance), 1e-6, "gradient");
  for (const char* name : {"grad-cam", "gradient-x-input", "guided", "occlusion"}) {
    Explainer once = explainer_by(model, name);
    Explainer still = explainer_by(model, name, {.smooth = 3, .noise = 0});
    Explainer noisy = explainer_by(model, name, {.smooth = 3, .noise = 0.3});
    const std::vector<double> expected = values_of(once.attribute(input, {2, {}}).relevance);
    expect_near(still.attribute(input, {2, {}}).relevance, expected, 1e-5, name);
    EXPECT_NE(values_of(noisy.attribute(input, {2, {}}).relevance), expected) << name;
  }
}

/// Sundararajan 2017: IG_i = (x_i - x'_i) * integral of dS/dx_i (x' + t (x - x')) dt, here by the midpoint
/// rule.
TEST(IntegratedGradients, AreWhatTheDefinitionSays) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  const std::vector<double> x = values_of(input);
  SlowNetwork slow(model);
  Preprocessing preprocessing;  // black is 0
  const std::int64_t steps = 13;
  Explainer explain = explainer_by(model, "integrated-gradients",
                                   {.samples = steps, .baseline = Baseline::Black}, preprocessing);
  std::vector<double> expected(x.size(), 0);
  for (std::int64_t s = 0; s < steps; ++s) {
    std::vector<double> point = x;
    for (double& value : point)
      value *= (static_cast<double>(s) + 0.5) / static_cast<double>(steps);
    const std::vector<double> gradient = slow.gradient(point, 3);
    for (std::size_t i = 0; i < x.size(); ++i)
      expected[i] += x[i] * gradient[i] / static_cast<double>(steps);
  }
  expect_near(explain.attribute(input, {3, {}}).relevance, expected, 1e-4, "integrated gradients");
}

TEST(PathMaps, AreComplete) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  SlowNetwork slow(model);
  const double score = slow.scores(values_of(input))[1];
  for (const Baseline baseline : {Baseline::Black, Baseline::Mean, Baseline::Blurred}) {
    Explainer explain = explainer_by(model, "integrated-gradients", {.samples = 300, .baseline = baseline});
    const Attribution found = explain.attribute(input, {1, {}});
    ASSERT_TRUE(found.completeness_error);
    EXPECT_LT(*found.completeness_error, 0.01);
    if (baseline != Baseline::Black)
      continue;
    const std::vector<double> relevance = values_of(found.relevance);
    const double nothing = slow.scores(std::vector<double>(relevance.size(), 0))[1];
    EXPECT_NEAR(std::accumulate(relevance.begin(), relevance.end(), 0.0), score - nothing,
                0.01 * std::abs(score - nothing));
  }
  Explainer blurred = explainer_by(model, "blur-ig", {.samples = 300});
  EXPECT_LT(blurred.attribute(input, {1, {}}).completeness_error.value(), 0.01);
  Explainer coarse = explainer_by(model, "blur-ig", {.samples = 1});
  EXPECT_GT(coarse.attribute(input, {1, {}}).completeness_error.value(), 0);
}

TEST(GradCam, EqualsCamBehindAGlobalAverage) {
  const Model model = built(cam_network());
  const Tensor input = input_of({3, 8, 8});
  const std::vector<float> w = random_values(24, 33);
  SlowNetwork slow(model, Rule::Gradient, "features");
  slow.scores(values_of(input));
  const std::vector<double> features = slow.layer();
  for (std::int64_t target = 0; target < 4; ++target) {
    std::vector<double> cam(64, 0);
    for (std::size_t k = 0; k < 6; ++k)
      for (std::size_t i = 0; i < 64; ++i)
        cam[i] +=
            static_cast<double>(w[static_cast<std::size_t>(target) * 6 + k]) * features[k * 64 + i] / 64;
    for (double& value : cam)
      value = std::max(value, 0.0);
    if (*std::max_element(cam.begin(), cam.end()) == 0)
      continue;
    Explainer explain = explainer_by(model, "grad-cam");
    expect_near(explain.attribute(input, {target, {}}).relevance, cam, 1e-5, "CAM");
  }
}

/// The maps at the layer's own size, word for word from the papers; the picture is as large as the layer.
TEST(Cams, AreWhatThePapersSay) {
  const Model model = built(cam_network());
  const Tensor input = input_of({3, 8, 8});
  SlowNetwork slow(model, Rule::Gradient, "c1");
  const std::vector<double> g = slow.gradient(values_of(input), 1), a = slow.layer();
  std::vector<double> plus(64, 0), layer(64, 0);
  for (std::size_t k = 0; k < 6; ++k) {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < 64; ++i)
      sum += a[k * 64 + i];
    for (std::size_t i = 0; i < 64; ++i) {
      const double d = g[k * 64 + i];
      if (d != 0)
        weight += d * d / (2 * d * d + sum * d * d * d) * std::max(d, 0.0);
    }
    for (std::size_t i = 0; i < 64; ++i) {
      plus[i] += weight * a[k * 64 + i];
      layer[i] += std::max(g[k * 64 + i], 0.0) * a[k * 64 + i];
    }
  }
  for (std::size_t i = 0; i < 64; ++i) {
    plus[i] = std::max(plus[i], 0.0);
    layer[i] = std::max(layer[i], 0.0);
  }
  Explainer of_plus = explainer_by(model, "grad-cam++", {.layer = "c1"});
  Explainer of_layer = explainer_by(model, "layer-cam", {.layer = "c1"});
  expect_near(of_plus.attribute(input, {1, {}}).relevance, plus, 1e-4, "Grad-CAM++");
  expect_near(of_layer.attribute(input, {1, {}}).relevance, layer, 1e-5, "LayerCAM");
}

TEST(GuidedGradCam, IsTheProduct) {
  const Model model = built(cam_network());
  const Tensor input = input_of({3, 8, 8});
  Explainer guided = explainer_by(model, "guided"), cam = explainer_by(model, "grad-cam"),
            both = explainer_by(model, "guided-grad-cam");
  std::vector<double> expected = values_of(guided.attribute(input, {1, {}}).relevance);
  const std::vector<double> weight = values_of(cam.attribute(input, {1, {}}).relevance);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] *= weight[i % 64];
  expect_near(both.attribute(input, {1, {}}).relevance, expected, 1e-5, "product");
}

TEST(Layers, ThatAreNoneAreErrors) {
  const Model model = network();
  const Model flat = built(test::linear_model({1, 3, 4, 4}, random_values(96, 1), {0, 0}));
  for (const char* method : {"grad-cam", "xgrad-cam", "eigen-cam", "score-cam", "ablation-cam"}) {
    const auto message = [&](const Model& of, const std::string& layer) {
      return test::message_of<Error>([&] { explainer_by(of, method, {.layer = layer}); });
    };
    EXPECT_NE(message(model, "nowhere").find("there is no value or node named 'nowhere'"), std::string::npos);
    EXPECT_NE(message(model, "flat").find("without rows and columns of the picture"), std::string::npos);
    EXPECT_NE(message(flat, "").find("no layer before the scores has more than one position"),
              std::string::npos);
  }
}

/// Zeiler & Fergus 2013: the score without a square, the square on every place of a grid.
TEST(Occlusion, IsTheMeanFallOverTheSquaresOnAPixel) {
  const Model model = network();
  const Tensor input = input_of(kPicture);
  const std::vector<double> x = values_of(input);
  SlowNetwork slow(model);
  const double whole = slow.scores(x)[2];
  // 14 pixels: a window of 0.29 is 4, a step of 0.22 is 3; the last window ends at the border.
  std::vector<double> fall(14 * 22, 0), count(14 * 22, 0);
  for (const std::size_t top : {0, 3, 6, 9, 10})
    for (const std::size_t left : {0, 3, 6, 9, 12, 15, 18}) {
      std::vector<double> covered = x;
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t y = top; y < top + 4; ++y)
          for (std::size_t k = left; k < left + 4; ++k)
            covered[(c * 14 + y) * 22 + k] = 0;
      const double lost = whole - slow.scores(covered)[2];
      for (std::size_t y = top; y < top + 4; ++y)
        for (std::size_t k = left; k < left + 4; ++k) {
          fall[y * 22 + k] += lost;
          ++count[y * 22 + k];
        }
    }
  for (std::size_t i = 0; i < fall.size(); ++i)
    fall[i] /= count[i];
  Explainer explain =
      explainer_by(model, "occlusion", {.baseline = Baseline::Black, .window = 0.29, .stride = 0.22});
  expect_near(explain.attribute(input, {2, {}}).relevance, fall, 1e-4, "occlusion");
}

TEST(Occlusion, OfEverythingIsTheScoreLessTheBaselines) {
  const Model model = built(small_network(16, 16));
  const Tensor input = input_of({3, 16, 16});
  SlowNetwork slow(model);
  const double expected = slow.scores(values_of(input))[0] - slow.scores(std::vector<double>(3 * 256, 0))[0];
  Explainer explain =
      explainer_by(model, "occlusion", {.baseline = Baseline::Black, .window = 1, .stride = 1});
  for (const double value : values_of(explain.attribute(input, {0, {}}).relevance))
    EXPECT_NEAR(value, expected, 1e-5);
}

/// A network that only looks at the left half: RISE must see that. The mean of the map is the mean
/// probability times the mean mask over its share.
TEST(Rise, FindsWhereTheClassIs) {
  std::vector<float> weights(2 * 3 * 16 * 16, 0);
  for (std::size_t i = 0; i < 3 * 256; ++i)
    weights[i] = i % 16 < 8 ? 0.01F : 0.0F;
  const Model model = built(test::linear_model({-1, 3, 16, 16}, weights, {-2, 0}));
  Tensor input(DType::F32, {3, 16, 16});
  std::fill(input.data<float>().begin(), input.data<float>().end(), 1.0F);
  Explainer explain = explainer_by(model, "rise", {.samples = 3000, .baseline = Baseline::Black, .cells = 4});
  const std::vector<double> map = values_of(explain.attribute(input, {0, {}}).relevance);
  double left = 0, right = 0;
  for (std::size_t i = 0; i < 256; ++i)
    (i % 16 < 8 ? left : right) += map[i] / 128;
  EXPECT_GT(left, 1.05 * right);
  const double whole = ScoreHead().probabilities(std::vector<double>{0.01 * 3 * 128 - 2, 0})[0];
  EXPECT_LT(left, whole);
  EXPECT_GT(right, 0);
}

/// With a score that does not change, the map is the probability times the mean of the masks over what they
/// keep: 1 wherever masks are as open as they are said to be.
TEST(Rise, MasksLetThroughWhatTheyAreTold) {
  const Model model = built(test::linear_model({-1, 1, 24, 20}, std::vector<float>(2 * 480, 0), {0, 0}));
  for (const double keep : {0.25, 0.6}) {
    Explainer explain = explainer_by(model, "rise", {.samples = 6000, .cells = 5, .keep = keep});
    for (const double value : values_of(explain.attribute(input_of({1, 24, 20}), {1, {}}).relevance))
      EXPECT_NEAR(value, 0.5, 0.04);
  }
}

TEST(MergeChannels, HasThreeWays) {
  Tensor relevance(DType::F32, {2, 1, 2});
  const float values[] = {-3, 1, 4, -2};
  std::copy(std::begin(values), std::end(values), relevance.data<float>().begin());
  using enum MethodInfo::Values;
  EXPECT_EQ(values_of(merge_channels(relevance, ChannelMerge::Maximum, PerChannel)),
            (std::vector<double>{4, 2}));
  EXPECT_EQ(values_of(merge_channels(relevance, ChannelMerge::Sum, PerChannel)), (std::vector<double>{7, 3}));
  const std::vector<double> l2 = values_of(merge_channels(relevance, ChannelMerge::L2, PerChannel));
  EXPECT_NEAR(l2[0], 5, 1e-6);
  EXPECT_NEAR(l2[1], std::sqrt(5.0), 1e-6);
  EXPECT_THROW(merge_channels(relevance, ChannelMerge::L2, PerPixel), InputError);
  EXPECT_EQ(values_of(merge_channels(relevance.reshaped({1, 1, 4}), ChannelMerge::Maximum, PerPixel)),
            (std::vector<double>{0, 1, 4, 0}));
}

TEST(ExplainerByMethod, TakesCropsAndMergesInPlace) {
  const Model model = network();
  const Image picture = photo(60, 41);
  Explainer gradient = test::explainer_of(model, {.crops = Crops::Ten});
  Explainer smooth = test::explainer_of(
      model, {.method = "smoothgrad", .method_options = {.samples = 2, .noise = 0}, .crops = Crops::Ten});
  const Explanation expected = gradient(picture, {.target = 1});
  const Explanation found = smooth(picture, {.target = 1});
  EXPECT_EQ(found.region, expected.region);
  expect_near(found.map, values_of(expected.map), 1e-5, "map");
  expect_near(found.relevance, values_of(expected.relevance), 1e-5, "relevance");
  Explainer cam = test::explainer_of(model, {.method = "grad-cam", .crops = Crops::WholeAndMirror});
  const Explanation coarse = cam(picture, {.target = 1, .against = 2});
  EXPECT_EQ(coarse.against, 2);
  EXPECT_EQ(coarse.relevance.shape()[0], 1);
}

}  // namespace
}  // namespace fovea::test
