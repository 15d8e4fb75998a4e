#include "fovea/segment.hpp"

#include "fovea/error.hpp"
#include "segment/gaussian_math.hpp"
#include "segment/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fovea::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Colours of a few clouds of different shapes.
Bytes clouds(std::int64_t count, std::uint64_t seed) {
  Dice dice(seed);
  Bytes colours;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t along = dice(40);
    switch (dice(3)) {
    case 0:
      for (const std::int64_t v : {20 + along, 30 + along + dice(6), 200 - along})
        colours.push_back(static_cast<std::uint8_t>(v));
      break;
    case 1:
      for (const std::int64_t v : {200 + dice(10), 60 + along, 60 + dice(10)})
        colours.push_back(static_cast<std::uint8_t>(v));
      break;
    default:
      for (int c = 0; c < 3; ++c)
        colours.push_back(static_cast<std::uint8_t>(100 + dice(100)));
    }
  }
  return colours;
}

/// -log p by the definition: determinant and inverse by cofactors, in double.
double slow_negative_log(const std::vector<Gaussian>& gaussians, const std::uint8_t* colour) {
  double p = 0;
  for (const Gaussian& g : gaussians) {
    const auto& m = g.covariance;
    const double c0 = m[4] * m[8] - m[5] * m[7];
    const double c1 = m[5] * m[6] - m[3] * m[8];
    const double c2 = m[3] * m[7] - m[4] * m[6];
    const double determinant = m[0] * c0 + m[1] * c1 + m[2] * c2;
    const double inverse[9] = {c0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                               c1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                               c2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    double q = 0;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        q += (colour[i] - g.mean[i]) * inverse[3 * i + j] / determinant * (colour[j] - g.mean[j]);
    p += g.weight * std::exp(-q / 2) / std::sqrt(std::pow(2 * std::numbers::pi, 3) * determinant);
  }
  return -std::log(p);
}

void expect_sane(const GaussianMixture& mixture, double min_deviation) {
  double sum = 0;
  ASSERT_FALSE(mixture.gaussians().empty());
  for (const Gaussian& g : mixture.gaussians()) {
    sum += g.weight;
    EXPECT_GT(g.weight, 0);
    // Raising to nearly the floor changes nothing: all eigenvalues are there already.
    EXPECT_EQ(raise_eigenvalues(g.covariance, 0.999 * min_deviation * min_deviation), g.covariance);
  }
  EXPECT_NEAR(sum, 1, 1e-9);
  const auto& levels = mixture.log_likelihoods();
  for (std::size_t i = 1; i < levels.size(); ++i)
    EXPECT_GE(levels[i], levels[i - 1] - 1e-12 * std::abs(levels[i - 1])) << "step " << i;
}

TEST(Mixture, LogLikelihoodNeverFalls) {
  int steps = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Dice dice(seed);
    MixtureOptions options;
    options.components = 1 + dice(8);
    options.iterations = 40;
    options.tolerance = 0;
    options.min_deviation = dice(2) ? 0.5 : 8.0;
    options.seed = seed;
    const Bytes colours = dice(4) ? clouds(5 + dice(600), seed) : noise(3 + dice(9), 3, seed).pixels;
    const GaussianMixture mixture = GaussianMixture::fit(colours, options);
    SCOPED_TRACE(seed);
    expect_sane(mixture, options.min_deviation);
    steps += static_cast<int>(mixture.log_likelihoods().size());
  }
  EXPECT_GT(steps, 600);
}

TEST(Mixture, LogLikelihoodIsThatOfTheDensity) {
  const Bytes colours = clouds(700, 3);
  const GaussianMixture mixture = GaussianMixture::fit(colours);
  double sum = 0;
  for (std::size_t i = 0; i < colours.size(); i += 3)
    sum -= slow_negative_log(mixture.gaussians(), &colours[i]);
  EXPECT_NEAR(mixture.log_likelihoods().back(), sum * 3 / static_cast<double>(colours.size()), 1e-8);
}

TEST(Mixture, DensityIsThatOfTheDefinition) {
  const GaussianMixture mixture = GaussianMixture::fit(clouds(500, 4));
  const Bytes colours = clouds(777, 5);  // no multiple of any block
  std::vector<float> costs(777);
  mixture.negative_log(colours, costs);
  for (std::size_t i = 0; i < costs.size(); ++i)
    ASSERT_NEAR(costs[i], slow_negative_log(mixture.gaussians(), &colours[3 * i]), 2e-4 * (1 + costs[i]));
}

TEST(Mixture, OneComponentIsMeanAndCovariance) {
  const Bytes colours = {10, 20, 30, 20, 40, 10, 60, 30, 90, 30, 70, 50};
  MixtureOptions options;
  options.components = 1;
  options.min_deviation = 0.01;
  const GaussianMixture mixture = GaussianMixture::fit(colours, options);
  ASSERT_EQ(mixture.gaussians().size(), 1U);
  const Gaussian& g = mixture.gaussians()[0];
  EXPECT_NEAR(g.mean[0], 30, 1e-9);
  EXPECT_NEAR(g.mean[1], 40, 1e-9);
  EXPECT_NEAR(g.mean[2], 45, 1e-9);
  EXPECT_NEAR(g.covariance[0], 350, 1e-9);
  EXPECT_NEAR(g.covariance[1], 0.25 * (-20 * -20 + 0 + 30 * -10 + 0), 1e-9);
  EXPECT_NEAR(g.covariance[8], 0.25 * (225 + 1225 + 2025 + 25), 1e-9);
  EXPECT_NEAR(g.weight, 1, 1e-12);
}

TEST(Mixture, FindsTheCloudsItWasDrawnFrom) {
  Dice dice(11);
  Bytes colours;
  for (int i = 0; i < 3000; ++i) {
    const bool dark = i % 3 == 0;
    for (int c = 0; c < 3; ++c)
      colours.push_back(static_cast<std::uint8_t>((dark ? 40 : 180) + dice(21)));
  }
  MixtureOptions options;
  options.components = 2;
  auto gaussians = GaussianMixture::fit(colours, options).gaussians();
  ASSERT_EQ(gaussians.size(), 2U);
  if (gaussians[0].mean[0] > gaussians[1].mean[0])
    std::swap(gaussians[0], gaussians[1]);
  EXPECT_NEAR(gaussians[0].weight, 1.0 / 3, 1e-6);
  EXPECT_NEAR(gaussians[0].mean[1], 50, 1);
  EXPECT_NEAR(gaussians[1].mean[2], 190, 1);
  EXPECT_NEAR(gaussians[1].covariance[4], (21 * 21 - 1) / 12.0, 3);
}

TEST(Mixture, FewOrEqualPixels) {
  const std::vector<Bytes> lists = {{7, 8, 9},
                                    Bytes(300, 128),
                                    {0, 0, 0, 255, 255, 255},
                                    {1, 2, 3, 1, 2, 3, 4, 4, 4},
                                    {0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0}};
  const std::size_t distinct[] = {1, 1, 2, 2, 4};
  for (std::size_t i = 0; i < lists.size(); ++i) {
    SCOPED_TRACE(i);
    const GaussianMixture mixture = GaussianMixture::fit(lists[i]);
    EXPECT_LE(mixture.gaussians().size(), distinct[i]);
    expect_sane(mixture, MixtureOptions{}.min_deviation);
    std::vector<float> costs(lists[i].size() / 3);
    mixture.negative_log(lists[i], costs);
    for (const float cost : costs)
      EXPECT_TRUE(std::isfinite(cost));
    const Bytes far = {255, 0, 255, 255, 255, 255};
    costs.resize(2);
    mixture.negative_log(far, costs);
    EXPECT_TRUE(std::isfinite(costs[0]) && std::isfinite(costs[1]));
  }
}

TEST(Mixture, IsTheSameForASeed) {
  const Bytes colours = clouds(20000, 6);
  MixtureOptions options;
  options.max_samples = 500;
  options.seed = 3;
  const auto a = GaussianMixture::fit(colours, options);
  const auto b = GaussianMixture::fit(colours, options);
  EXPECT_EQ(a.log_likelihoods(), b.log_likelihoods());
  options.seed = 4;
  EXPECT_NE(GaussianMixture::fit(colours, options).log_likelihoods(), a.log_likelihoods());
}

TEST(Mixture, ASampleIsNearlyAsGoodAsAllPixels) {
  const Bytes colours = clouds(60000, 7);
  MixtureOptions options;
  options.iterations = 30;
  const auto mean_cost = [&](std::int64_t samples) {
    options.max_samples = samples;
    std::vector<float> costs(colours.size() / 3);
    GaussianMixture::fit(colours, options).negative_log(colours, costs);
    double sum = 0;
    for (const float cost : costs)
      sum += cost;
    return sum / static_cast<double>(costs.size());
  };
  EXPECT_NEAR(mean_cost(4096), mean_cost(0), 0.1);
}

TEST(Mixture, RefitGoesOnFromWhereItWas) {
  const Bytes colours = clouds(900, 8);
  MixtureOptions options;
  options.iterations = 3;
  options.tolerance = 0;
  const GaussianMixture first = GaussianMixture::fit(colours, options);
  const GaussianMixture second = first.refit(colours, options);
  EXPECT_NEAR(second.log_likelihoods().front(), first.log_likelihoods().back(), 1e-12);
  expect_sane(second, options.min_deviation);
  EXPECT_GT(second.log_likelihoods().back(), first.log_likelihoods().back());
}

TEST(Mixture, RaisesOnlyWhatIsTooSmall) {
  const Matrix3 m = {4, 2, 0, 2, 4, 0, 0, 0, 1};  // eigenvalues 6, 2, 1
  EXPECT_EQ(raise_eigenvalues(m, 1), m);
  const Matrix3 raised = raise_eigenvalues(m, 3);
  const Matrix3 expected = {4.5, 1.5, 0, 1.5, 4.5, 0, 0, 0, 3};
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(raised[i], expected[i], 1e-12);
}

TEST(Mixture, RefusesWhatIsNoMixture) {
  const Bytes colours = clouds(10, 1);
  EXPECT_THROW(GaussianMixture::fit({}), InputError);
  EXPECT_THROW(GaussianMixture::fit(std::span(colours).first(4)), InputError);
  EXPECT_THROW(GaussianMixture::fit(colours, {.components = 0}), InputError);
  EXPECT_THROW(GaussianMixture::fit(colours, {.iterations = -1}), InputError);
  EXPECT_THROW(GaussianMixture::fit(colours, {.min_deviation = 0}), InputError);
  EXPECT_THROW(GaussianMixture::fit(colours, {.min_deviation = std::nan("")}), InputError);
  EXPECT_THROW(GaussianMixture::from({}), InputError);
  EXPECT_THROW(GaussianMixture::from({{0.5, {}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}}), InputError);
  EXPECT_THROW(GaussianMixture::from({{1, {}, {1, 2, 0, 2, 1, 0, 0, 0, 1}}}), InputError);
  EXPECT_THROW(GaussianMixture::from({{1, {}, {1, 0.1, 0, 0, 1, 0, 0, 0, 1}}}), InputError);
  std::vector<float> costs(3);
  EXPECT_THROW(GaussianMixture::fit(colours).negative_log(colours, costs), InputError);
}

}  // namespace
}  // namespace fovea::test
