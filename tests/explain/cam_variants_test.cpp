#include "explain/method.hpp"
#include "fovea/error.hpp"
#include "fovea/localize.hpp"
#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

/// XGrad-CAM, HiResCAM, Eigen-CAM, Eigen-Grad-CAM, Score-CAM and Ablation-CAM, written a second time from
/// their papers. The pictures of cam_network() are as large as its layers, 8 x 8, so that no map is resized.
namespace fovea::test {
namespace {

constexpr std::size_t kChannels = 6, kPositions = 64;
const Shape kPicture = {3, 8, 8};

std::vector<double> positive(std::vector<double> values) {
  for (double& value : values)
    value = std::max(value, 0.0);
  return values;
}

std::vector<double> map_by(const Model& model, const char* method, std::int64_t target,
                           const MethodOptions& options = {}) {
  Explainer explain = explainer_by(model, method, options);
  return values_of(explain.attribute(input_of(kPicture), {target, {}}).relevance);
}

Attribution attribution_by(const Model& model, const char* method, std::int64_t target,
                           const MethodOptions& options = {}) {
  Explainer explain = explainer_by(model, method, options);
  return explain.attribute(input_of(kPicture), {target, {}});
}

/// Fu et al. 2020, equation 6: w_k = sum_i G_ki A_ki / sum_i A_ki.
TEST(XGradCam, IsWhatThePaperSays) {
  const Model model = built(cam_network());
  SlowNetwork slow(model, Rule::Gradient, "c1");
  const std::vector<double> g = slow.gradient(values_of(input_of(kPicture)), 1), a = slow.layer();
  std::vector<double> map(kPositions, 0);
  for (std::size_t k = 0; k < kChannels; ++k) {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < kPositions; ++i)
      sum += a[k * kPositions + i];
    for (std::size_t i = 0; i < kPositions; ++i)
      weight += g[k * kPositions + i] * a[k * kPositions + i] / sum;
    for (std::size_t i = 0; i < kPositions; ++i)
      map[i] += weight * a[k * kPositions + i];
  }
  expect_near(attribution_by(model, "xgrad-cam", 1, {.layer = "c1"}).relevance, positive(map), 1e-4,
              "XGrad-CAM");
}

/// Fu et al. 2020: for a network without biases behind the layer, the channels' weights are such that the
/// unrectified map sums to the score. With a global average all gradients of a channel are equal: Grad-CAM.
TEST(XGradCam, EqualsGradCamBehindAGlobalAverage) {
  const Model model = built(cam_network());
  for (std::int64_t target = 0; target < 4; ++target) {
    const std::vector<double> expected = map_by(model, "grad-cam", target);
    if (*std::max_element(expected.begin(), expected.end()) > 0)
      expect_near(attribution_by(model, "xgrad-cam", target).relevance, expected, 1e-5, "XGrad-CAM");
  }
}

/// Draelos & Carin 2020: sum_k G_k (.) A_k, both signs; behind the layer everything is linear, so that it
/// sums to the score less its bias.
TEST(HiResCam, SumsToTheScoreLessItsBias) {
  const Model model = built(cam_network());
  const std::vector<float> bias = random_values(4, 34);
  SlowNetwork slow(model, Rule::Gradient, "features");
  for (std::int64_t target = 0; target < 4; ++target) {
    const std::vector<double> x = values_of(input_of(kPicture)), g = slow.gradient(x, target),
                              a = slow.layer();
    std::vector<double> map(kPositions, 0);
    for (std::size_t i = 0; i < a.size(); ++i)
      map[i % kPositions] += a[i] * g[i];
    const Attribution found = attribution_by(model, "hires-cam", target);
    expect_near(found.relevance, map, 1e-5, "HiResCAM");
    const std::vector<double> values = values_of(found.relevance);
    const double score = slow.scores(x)[static_cast<std::size_t>(target)];
    EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0),
                score - static_cast<double>(bias[static_cast<std::size_t>(target)]), 1e-4);
  }
}

/// The first left singular vector times its singular value, by Jacobi's rotations of the matrix of inner
/// products of positions.
std::vector<double> first_component(const std::vector<double>& m) {
  const std::size_t n = kPositions;
  std::vector<double> c(n * n, 0), v(n * n, 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < kChannels; ++k)
        c[i * n + j] += m[k * n + i] * m[k * n + j];
  for (std::size_t i = 0; i < n; ++i)
    v[i * n + i] = 1;
  for (int sweep = 0; sweep < 30; ++sweep)
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (std::abs(c[p * n + q]) < 1e-300)
          continue;
        const double angle = 0.5 * std::atan2(2 * c[p * n + q], c[q * n + q] - c[p * n + p]);
        const double s = std::sin(angle), t = std::cos(angle);
        for (std::size_t i = 0; i < n; ++i) {
          const double a = c[i * n + p], b = c[i * n + q];
          c[i * n + p] = t * a - s * b;
          c[i * n + q] = s * a + t * b;
        }
        for (std::size_t i = 0; i < n; ++i) {
          const double a = c[p * n + i], b = c[q * n + i], e = v[i * n + p], f = v[i * n + q];
          c[p * n + i] = t * a - s * b;
          c[q * n + i] = s * a + t * b;
          v[i * n + p] = t * e - s * f;
          v[i * n + q] = s * e + t * f;
        }
      }
  std::size_t best = 0;
  for (std::size_t i = 0; i < n; ++i)
    if (c[i * n + i] > c[best * n + best])
      best = i;
  std::vector<double> component(n);
  double agreement = 0;
  for (std::size_t i = 0; i < n; ++i) {
    component[i] = v[i * n + best] * std::sqrt(c[best * n + best]);
    for (std::size_t k = 0; k < kChannels; ++k)
      agreement += component[i] * m[k * n + i];
  }
  for (double& value : component)
    value = agreement < 0 ? -value : value;
  return component;
}

TEST(EigenCam, IsTheFirstSingularVectorOfTheLayer) {
  const Model model = built(cam_network());
  SlowNetwork slow(model, Rule::Gradient, "features");
  const std::vector<double> g = slow.gradient(values_of(input_of(kPicture)), 2), a = slow.layer();
  std::vector<double> product(a.size());
  std::transform(a.begin(), a.end(), g.begin(), product.begin(), std::multiplies<>());
  expect_near(attribution_by(model, "eigen-cam", 2).relevance, positive(first_component(a)), 1e-5,
              "Eigen-CAM");
  expect_near(attribution_by(model, "eigen-grad-cam", 2).relevance, positive(first_component(product)), 1e-5,
              "Eigen-Grad-CAM");
}

TEST(EigenCam, IsTheSameForEveryClassAndEigenGradCamIsNot) {
  const Model model = built(cam_network());
  EXPECT_EQ(map_by(model, "eigen-cam", 0), map_by(model, "eigen-cam", 3));
  EXPECT_NE(map_by(model, "eigen-grad-cam", 0), map_by(model, "eigen-grad-cam", 3));
}

/// Wang et al. 2020, algorithm 1: masks stretched to 0..1, scores by the masked picture, softmax over them.
TEST(ScoreCam, IsWhatThePaperSays) {
  const Model model = built(cam_network());
  const std::vector<double> x = values_of(input_of(kPicture));
  SlowNetwork slow(model, Rule::Gradient, "features");
  slow.scores(x);
  const std::vector<double> a = slow.layer();
  std::vector<double> scores(kChannels), map(kPositions, 0);
  double total = 0;
  const double nothing = slow.scores(std::vector<double>(x.size(), 0))[1];
  for (std::size_t k = 0; k < kChannels; ++k) {
    const auto first = a.begin() + static_cast<std::ptrdiff_t>(k * kPositions), last = first + kPositions;
    const double low = *std::min_element(first, last), high = *std::max_element(first, last);
    ASSERT_GT(high, low);
    std::vector<double> masked = x;
    for (std::size_t i = 0; i < x.size(); ++i)
      masked[i] *= (first[static_cast<std::ptrdiff_t>(i % kPositions)] - low) / (high - low);
    scores[k] = std::exp(slow.scores(masked)[1] - nothing);
    total += scores[k];
  }
  for (std::size_t i = 0; i < a.size(); ++i)
    map[i % kPositions] += scores[i / kPositions] / total * a[i];
  expect_near(attribution_by(model, "score-cam", 1, {.baseline = Baseline::Black}).relevance, positive(map),
              1e-4, "Score-CAM");
}

/// Desai & Ramaswamy 2020: w_k = (S - S_k) / S. Behind "c1" there is a ReLU, so that weights are not
/// gradients.
TEST(AblationCam, IsWhatThePaperSays) {
  const Model model = built(cam_network());
  const std::vector<float> w = random_values(24, 33), bias = random_values(4, 34);
  SlowNetwork slow(model, Rule::Gradient, "c1");
  slow.scores(values_of(input_of(kPicture)));
  const std::vector<double> a = slow.layer();
  for (std::size_t target = 0; target < 4; ++target) {
    const auto score_without = [&](std::size_t left_out) {
      double score = static_cast<double>(bias[target]);
      for (std::size_t i = 0; i < a.size(); ++i)
        if (i / kPositions != left_out)
          score += static_cast<double>(w[target * kChannels + i / kPositions]) * std::max(a[i], 0.0) /
                   static_cast<double>(kPositions);
      return score;
    };
    const double whole = score_without(kChannels);
    std::vector<double> map(kPositions, 0);
    for (std::size_t i = 0; i < a.size(); ++i)
      map[i % kPositions] += (whole - score_without(i / kPositions)) / std::abs(whole) * a[i];
    map = positive(map);
    if (*std::max_element(map.begin(), map.end()) > 0)
      expect_near(
          attribution_by(model, "ablation-cam", static_cast<std::int64_t>(target), {.layer = "c1"}).relevance,
          map, 1e-4, "Ablation-CAM");
  }
}

/// A layer within a residual connection: the score depends on the picture past it.
TEST(AblationCam, RunsTheWholeNetworkWhereThePictureGoesPastTheLayer) {
  test::ModelBuilder builder = cam_network();
  builder.node("GlobalAveragePool", {"image"}, {"colour"});
  builder.node("Flatten", {"colour"}, {"flat_colour"});
  builder.weight("w3", {3, 4}, random_values(12, 41));
  builder.node("MatMul", {"flat_colour", "w3"}, {"of_colour"});
  builder.node("Add", {"scores", "of_colour"}, {"sum"});
  builder.output("sum");
  const test::TemporaryFolder folder;
  const Model model = Model::load(builder.save(folder.file("residual.onnx")));
  ExplainOptions options{
      .method = "ablation-cam", .method_options = {.layer = "features"}, .program = {.outputs = {"sum"}}};
  Explainer explain = test::explainer_of(model, options);
  Explainer without =
      test::explainer_of(model, {.method = "ablation-cam", .method_options = {.layer = "features"}});
  const Attribution found = explain.attribute(input_of(kPicture), {1, {}});
  const Attribution plain = without.attribute(input_of(kPicture), {1, {}});
  const auto score = [&](Explainer& one) {
    std::copy_n(input_of(kPicture).data<float>().begin(), 192, one.session().input().data<float>().begin());
    one.session().forward();
    return static_cast<double>(one.session().output().data<float>()[1]);
  };
  // The falls of the score are the same, and what they are divided by is not.
  std::vector<double> expected = values_of(plain.relevance);
  const double ratio = std::abs(score(without)) / std::abs(score(explain));
  for (double& value : expected)
    value *= ratio;
  expect_near(found.relevance, expected, 1e-4, "residual");
}

TEST(ChannelMethods, RunNoBackwardPass) {
  const Model model = built(cam_network());
  const Preprocessing preprocessing;
  const MethodOptions options;
  const MethodContext context{model, preprocessing, {}, options};
  for (const char* name : {"score-cam", "ablation-cam"}) {
    const Method& method = find_method(name);
    for (const auto& program : method.compile(context, method.info).programs)
      EXPECT_EQ(program->backward_passes(), 0U) << name;
  }
}

TEST(ChannelMethods, ReportTheirProgress) {
  const Model model = built(cam_network());
  for (const char* method : {"score-cam", "ablation-cam"}) {
    Explainer explain = explainer_by(model, method);
    std::vector<std::int64_t> seen;
    std::int64_t total = 0;
    explain.report_progress([&](std::int64_t done, std::int64_t of) {
      seen.push_back(done);
      total = of;
    });
    explain.attribute(input_of(kPicture), {1, {}});
    ASSERT_FALSE(seen.empty()) << method;
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end())) << method;
    EXPECT_EQ(seen.back(), total) << method;
  }
}

}  // namespace
}  // namespace fovea::test
