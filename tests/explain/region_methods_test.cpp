#include "base/random.hpp"
#include "explain/least_squares.hpp"
#include "explain/region_regressions.hpp"
#include "explain/shapley_coalitions.hpp"
#include "fovea/error.hpp"
#include "image/regions.hpp"
#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

/// Kernel SHAP and LIME, against their definitions written a second time, and against their authors'
/// libraries (tools/make_perturbation_goldens.py).
namespace fovea::test {
namespace {

const Shape kPicture = {3, 14, 22};

std::vector<double> golden(const std::string& name) {
  return values_of(read_npy(std::string(FOVEA_TEST_DATA) + "/perturbation/" + name + ".npy"));
}

/// A network input within the colours of photos, and the regions that it is cut into.
struct Picture {
  Tensor input = input_of(kPicture);
  std::vector<Region> regions;

  explicit Picture(std::int64_t count) {
    for (float& value : input.data<float>())
      value = value / 2 + 0.5F;
    const Preprocessing preprocessing;
    regions = watershed_regions(denormalize(input.data<float>().data(), preprocessing, 3, 22, 14), count);
  }

  /// The picture where a region's bit is set, black elsewhere.
  std::vector<double> shown(std::uint32_t mask) const {
    std::vector<double> x(values_of(input).size(), 0);
    for (std::size_t r = 0; r < regions.size(); ++r)
      for (const std::uint32_t pixel : regions[r])
        for (std::size_t c = 0; c < 3; ++c)
          if ((mask >> r & 1U) != 0)
            x[c * 308 + pixel] = input.data<float>()[c * 308 + pixel];
    return x;
  }

  std::vector<double> map(const std::vector<double>& values) const {
    std::vector<double> all(308, 0);
    for (std::size_t r = 0; r < regions.size(); ++r)
      for (const std::uint32_t pixel : regions[r])
        all[pixel] = values[r];
    return all;
  }

  /// The region's value in a map.
  std::vector<double> values(const Tensor& map) const {
    std::vector<double> found;
    for (const Region& region : regions)
      found.push_back(static_cast<double>(map.data<float>()[region.front()]));
    return found;
  }
};

Tensor map_by(const Model& model, const char* method, const Picture& picture, const MethodOptions& options,
              std::int64_t target = 2) {
  MethodOptions chosen = options;
  chosen.baseline = Baseline::Black;
  Explainer explain = explainer_by(model, method, chosen);
  return explain.attribute(picture.input, {target, {}}).relevance;
}

/// Lundberg & Lee 2017, equation 4: the mean over all orders of what a region adds to those before it.
std::vector<double> shapley_by_definition(std::size_t players, const std::vector<double>& game) {
  std::vector<double> factorial = {1};
  for (std::size_t k = 1; k <= players; ++k)
    factorial.push_back(factorial.back() * static_cast<double>(k));
  std::vector<double> phi(players, 0);
  for (std::uint32_t set = 0; set < game.size(); ++set)
    for (std::size_t i = 0; i < players; ++i)
      if ((set >> i & 1U) == 0) {
        const auto size = static_cast<std::size_t>(std::popcount(set));
        phi[i] += factorial[size] * factorial[players - size - 1] / factorial[players] *
                  (game[set | 1U << i] - game[set]);
      }
  return phi;
}

TEST(KernelShap, GivesShapleyValuesByTheirDefinition) {
  const Model model = built(small_network(14, 22));
  const Picture picture(6);
  const std::size_t count = picture.regions.size();
  ASSERT_GE(count, 5U);
  ASSERT_LE(count, 10U);
  SlowNetwork slow(model);
  std::vector<double> game;
  for (std::uint32_t set = 0; set < 1U << count; ++set)
    game.push_back(slow.scores(picture.shown(set))[2]);
  const MethodOptions options{.samples = (1 << count) - 2, .segments = 6};
  expect_near(map_by(model, "kernel-shap", picture, options), picture.map(shapley_by_definition(count, game)),
              1e-4, "kernel SHAP");
}

/// A region that changes nothing has the value 0, and regions that change the same have the same value.
TEST(KernelShap, IsFairToDummiesAndTwins) {
  const Picture picture(6);
  std::vector<float> first(2 * 3 * 308, 0);
  for (std::size_t r = 1; r < picture.regions.size(); ++r) {  // 0 is a dummy, 1 and 2 are twins
    const std::uint32_t pixel = picture.regions[r].front();
    const auto kind = static_cast<float>(std::max<std::size_t>(r, 2));
    first[pixel] = kind / picture.input.data<float>()[pixel];
    first[3 * 308 + pixel] = (3.5F - kind) / picture.input.data<float>()[pixel];
  }
  ModelBuilder builder;
  builder.input("image", {-1, 3, 14, 22}).output("scores");
  builder.weight("W", {2, 3 * 308}, first).weight("b", {2}, {-9, 1});
  builder.weight("V", {2, 2}, {1, -2, 0.5F, 1}).weight("c", {2}, {0, 0});
  builder.node("Flatten", {"image"}, {"flat"});
  builder.node("Gemm", {"flat", "W", "b"}, {"sums"}, {{"transB", 1}});
  builder.node("Relu", {"sums"}, {"hidden"});
  builder.node("Gemm", {"hidden", "V", "c"}, {"scores"});
  const Model model = built(builder);
  const std::vector<double> phi = picture.values(
      map_by(model, "kernel-shap", picture, {.samples = 1 << picture.regions.size(), .segments = 6}, 0));
  EXPECT_NEAR(phi[0], 0, 1e-4);
  EXPECT_NEAR(phi[1], phi[2], 1e-4);
  EXPECT_GT(std::abs(phi[1] - phi[3]), 1e-2);
}

/// With few samples values are estimates, but their sum and linear networks are exact.
TEST(KernelShap, SumsToTheDifferenceOfScoresWithAnyNumberOfSamples) {
  const Model model = built(small_network(14, 22));
  const Picture picture(20);
  const std::size_t count = picture.regions.size();
  SlowNetwork slow(model);
  const double whole = slow.scores(values_of(picture.input))[2] - slow.scores(picture.shown(0))[2];
  for (const std::int64_t samples : {std::int64_t{2} * static_cast<std::int64_t>(count), std::int64_t{200}}) {
    const std::vector<double> phi = picture.values(
        map_by(model, "kernel-shap", picture, {.samples = samples, .segments = 20, .seed = 3}));
    EXPECT_NEAR(std::accumulate(phi.begin(), phi.end(), 0.0), whole, 1e-5 * std::abs(whole)) << samples;
  }
}

TEST(RegionMethods, AreExactForLinearNetworks) {
  const Picture picture(12);
  const std::size_t count = picture.regions.size();
  const std::vector<float> weights = random_values(2 * 3 * 308, 5);
  const Model model = built(linear_model({-1, 3, 14, 22}, weights, {0.5F, 0}));
  std::vector<double> exact(count, 0);
  for (std::size_t r = 0; r < count; ++r)
    for (const std::uint32_t pixel : picture.regions[r])
      for (std::size_t c = 0; c < 3; ++c)
        exact[r] += static_cast<double>(weights[c * 308 + pixel]) *
                    static_cast<double>(picture.input.data<float>()[c * 308 + pixel]);
  const MethodOptions few{.samples = 40, .segments = 12, .seed = 9};
  expect_near(map_by(model, "kernel-shap", picture, few, 0), picture.map(exact), 1e-4, "kernel SHAP");
  // LIME's ridge of 1 shrinks, the less the more samples there are.
  const MethodOptions many{.samples = 6000, .segments = 12};
  expect_near(map_by(model, "lime", picture, many, 0), picture.map(exact), 0.02, "LIME");
}

TEST(ShapleyCoalitions, AreAllWhereTheSamplesSuffice) {
  std::set<RegionMask> found;
  double weights = 0;
  for (const Coalition& one : shapley_coalitions(7, 126, 0)) {
    const auto size = static_cast<double>(std::count(one.shown.begin(), one.shown.end(), true));
    EXPECT_TRUE(found.insert(one.shown).second);
    const double binomial = std::round(std::tgamma(8) / std::tgamma(size + 1) / std::tgamma(8 - size));
    EXPECT_NEAR(one.weight, 6 / (binomial * size * (7 - size)), 1e-12);
    weights += one.weight;
  }
  EXPECT_EQ(found.size(), 126U);
  for (double size = 1; size < 7; ++size)
    weights -= 6 / (size * (7 - size));
  EXPECT_NEAR(weights, 0, 1e-9);
}

TEST(ShapleyCoalitions, HaveTheWeightOfAllAndComeInPairs) {
  for (const std::int64_t samples : {24, 60, 61, 300}) {
    std::set<RegionMask> found;
    double weights = 0;
    for (const Coalition& one : shapley_coalitions(12, samples, 4)) {
      EXPECT_TRUE(found.insert(one.shown).second);
      const auto size = std::count(one.shown.begin(), one.shown.end(), true);
      EXPECT_TRUE(size > 0 && size < 12);
      weights += one.weight;
    }
    EXPECT_LE(static_cast<std::int64_t>(found.size()), samples);
    EXPECT_GE(static_cast<std::int64_t>(found.size()), samples - 1);
    double all = samples == 24 ? 0 : -weights;  // the least number has no sample left for other sizes
    for (double size = 1; size < 12 && samples > 24; ++size)
      all += 11 / (size * (12 - size));
    EXPECT_NEAR(all, 0, 1e-9) << samples;
    for (RegionMask mask : found) {
      mask.flip();
      EXPECT_TRUE(found.contains(mask)) << samples;
    }
  }
}

TEST(ShapleyCoalitions, DependOnTheSeedOnlyWhereTheyAreRandom) {
  const auto masks = [](std::int64_t regions, std::int64_t samples, std::uint64_t seed) {
    std::vector<RegionMask> all;
    for (const Coalition& one : shapley_coalitions(regions, samples, seed))
      all.push_back(one.shown);
    return all;
  };
  EXPECT_NE(masks(12, 100, 1), masks(12, 100, 2));
  EXPECT_EQ(masks(12, 100, 1), masks(12, 100, 1));
  EXPECT_EQ(masks(5, 30, 1), masks(5, 30, 2));
}

TEST(ShapleyValues, AreThoseOfTheLibraryShap) {
  const std::vector<double> game = golden("shapley.values");
  const std::vector<Coalition> coalitions = shapley_coalitions(6, 62, 0);
  std::vector<double> values = {game.back(), game.front()};
  for (const Coalition& one : coalitions) {
    std::size_t index = 0;
    for (std::size_t k = 0; k < 6; ++k)
      index |= static_cast<std::size_t>(one.shown[k]) << k;
    values.push_back(game[index]);
  }
  const std::vector<double> expected = golden("shapley.phi"), found = shapley_values(coalitions, 6, values);
  for (std::size_t k = 0; k < 6; ++k)
    EXPECT_NEAR(found[k], expected[k], 1e-5) << k;
  EXPECT_EQ(shapley_values({}, 1, std::vector<double>{5, 2}), std::vector<double>{3});
}

TEST(LimeCoefficients, AreThoseOfTheLibraryLime) {
  const std::vector<double> cells = golden("lime.masks"), values = golden("lime.values"),
                            expected = golden("lime.coefficients");
  std::vector<RegionMask> masks;
  for (std::size_t i = 0; i < values.size(); ++i) {
    masks.emplace_back(9);
    for (std::size_t k = 0; k < 9; ++k)
      masks.back()[k] = cells[i * 9 + k] != 0;
  }
  const std::vector<double> found = lime_coefficients(masks, values);
  for (std::size_t k = 0; k < 9; ++k)
    EXPECT_NEAR(found[k], expected[k], 1e-5) << k;
}

/// Ridge regression with an intercept that is not shrunk, by Gauss's elimination of its own normal equations.
std::vector<double> ridge_with_intercept(const std::vector<std::vector<double>>& rows,
                                         const std::vector<double>& weights, const std::vector<double>& y) {
  const std::size_t n = rows.front().size() + 1;
  std::vector<std::vector<double>> a(n, std::vector<double>(n + 1, 0));
  for (std::size_t s = 0; s < rows.size(); ++s) {
    std::vector<double> row = rows[s];
    row.push_back(1);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k)
        a[i][k] += weights[s] * row[i] * row[k];
      a[i][n] += weights[s] * row[i] * y[s];
    }
  }
  for (std::size_t i = 0; i + 1 < n; ++i)
    a[i][i] += 1;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t r = 0; r < n; ++r) {
      if (r == i)
        continue;
      const double factor = a[r][i] / a[i][i];
      for (std::size_t k = 0; k <= n; ++k)
        a[r][k] -= factor * a[i][k];
    }
  std::vector<double> solution;
  for (std::size_t i = 0; i + 1 < n; ++i)
    solution.push_back(a[i][n] / a[i][i]);
  return solution;
}

TEST(Lime, IsTheRidgeRegressionOfThePaper) {
  const Model model = built(small_network(14, 22));
  const Picture picture(6);
  const std::size_t count = picture.regions.size();
  SlowNetwork slow(model);
  Random random(8);
  std::vector<std::vector<double>> rows;
  std::vector<double> weights, scores;
  for (std::size_t i = 0; i < 30; ++i) {
    std::uint32_t mask = 0;
    for (std::size_t k = 0; k < count; ++k)
      if (i == 0 || random.uniform() < 0.5)
        mask |= 1U << k;
    std::vector<double>& row = rows.emplace_back();
    for (std::size_t k = 0; k < count; ++k)
      row.push_back(mask >> k & 1U);
    const double shown = std::popcount(mask);
    const double cosine = shown == 0 ? 0 : shown / std::sqrt(shown) / std::sqrt(static_cast<double>(count));
    weights.push_back(std::sqrt(std::exp(-(1 - cosine) * (1 - cosine) / (0.25 * 0.25))));
    scores.push_back(slow.scores(picture.shown(mask))[2]);
  }
  expect_near(map_by(model, "lime", picture, {.samples = 30, .segments = 6, .seed = 8}),
              picture.map(ridge_with_intercept(rows, weights, scores)), 1e-4, "LIME");
}

TEST(LeastSquares, TakeTheShortestOfTheBest) {
  LeastSquares equations(2);
  equations.add(std::vector<double>{1, 1}, 2, 3);
  const std::vector<double> x = equations.solve(0);
  EXPECT_NEAR(x[0], 1, 1e-9);
  EXPECT_NEAR(x[1], 1, 1e-9);
  const std::vector<double> shrunk = equations.solve(6);  // (3 * [1 1; 1 1] + 6 I) x = [6, 6]
  EXPECT_NEAR(shrunk[0], 0.5, 1e-12);
}

TEST(RegionMethods, SayWhatWouldWork) {
  const Model model = built(small_network(14, 22));
  const auto message = [&](const char* method, const MethodOptions& options) {
    return test::message_of<InputError>([&] { explainer_by(model, method, options); });
  };
  for (const char* method : {"lime", "kernel-shap"})
    EXPECT_EQ(message(method, {.segments = 78}),
              "78 regions in pictures of 22x14 pixels: expected 2 to 77, a fourth of the pixels");
  EXPECT_EQ(message("kernel-shap", {.samples = 11, .segments = 6}),
            "Shapley values of 6 regions take at least 12 samples, found 11: more samples or fewer segments "
            "would work");
  EXPECT_EQ(
      message("lime", {.samples = 6, .segments = 6}),
      "coefficients of 6 regions take at least 7 samples, found 6: more samples or fewer segments would "
      "work");
}

}  // namespace
}  // namespace fovea::test
