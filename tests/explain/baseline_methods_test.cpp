#include "fovea/error.hpp"
#include "image/regions.hpp"
#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

/// Methods that compare with a baseline, written a second time from their papers: Guided IG, expected
/// gradients, DeepLIFT and XRAI. The baseline black is 0 there.
namespace fovea::test {
namespace {

double sum_of(const Tensor& tensor) {
  const std::vector<double> values = values_of(tensor);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Kapishnikov et al. 2021, algorithm 1, with a band of 0.02 and a fraction of 0.25: until the distance to
/// the input is what the step allows, the values of the smallest gradients below a quantile move on.
std::vector<double> slow_guided_ig(SlowNetwork& network, const std::vector<double>& input,
                                   std::int64_t target, int steps) {
  const std::size_t size = input.size();
  std::vector<double> x(size, 0), sum(size, 0);
  const auto distance = [&](const std::vector<double>& at) {
    double total = 0;
    for (std::size_t i = 0; i < size; ++i)
      total += std::abs(input[i] - at[i]);
    return total;
  };
  const double whole = distance(x);
  for (int step = 0; step < steps; ++step) {
    const double alpha = (step + 1.0) / steps, low = std::max(alpha - 0.02, 0.0),
                 high = std::min(alpha + 0.02, 1.0);
    const std::vector<double> gradient = network.gradient(x, target), old = x;
    for (std::size_t i = 0; i < size; ++i)
      if (input[i] != 0 && x[i] / input[i] < low)
        x[i] = low * input[i];
    while (distance(x) - whole * (1 - alpha) > 1e-9 * whole) {
      std::vector<double> sizes(size);
      for (std::size_t i = 0; i < size; ++i)
        sizes[i] = std::abs(x[i]) >= std::abs(high * input[i]) - 1e-12
                       ? std::numeric_limits<double>::infinity()
                       : std::abs(gradient[i]);
      std::vector<double> sorted = sizes;
      std::sort(sorted.begin(), sorted.end());
      const double threshold = sorted[static_cast<std::size_t>(0.25 * static_cast<double>(size - 1))];
      double room = 0;
      for (std::size_t i = 0; i < size; ++i)
        if (sizes[i] <= threshold && std::isfinite(sizes[i]))
          room += std::abs(high * input[i] - x[i]);
      const double part = std::min((distance(x) - whole * (1 - alpha)) / room, 1.0);
      for (std::size_t i = 0; i < size; ++i)
        if (sizes[i] <= threshold && std::isfinite(sizes[i]))
          x[i] += part * (high * input[i] - x[i]);
    }
    for (std::size_t i = 0; i < size; ++i)
      sum[i] += (x[i] - old[i]) * gradient[i];
  }
  return sum;
}

TEST(GuidedIg, IsWhatThePaperSays) {
  const Model model = built(small_network(14, 22));
  const Tensor input = input_of({3, 14, 22});
  SlowNetwork slow(model);
  for (const int steps : {5, 20}) {
    Explainer explain = explainer_by(model, "guided-ig", {.samples = steps, .baseline = Baseline::Black});
    expect_near(explain.attribute(input, {3, {}}).relevance, slow_guided_ig(slow, values_of(input), 3, steps),
                2e-3, "Guided IG");
  }
}

/// The path leads from the baseline to the input, so that the relevances sum to the difference of scores.
TEST(GuidedIg, IsComplete) {
  const Model model = built(small_network(14, 22));
  Explainer fine = explainer_by(model, "guided-ig", {.samples = 400}),
            coarse = explainer_by(model, "guided-ig", {.samples = 3});
  const Tensor input = input_of({3, 14, 22});
  EXPECT_LT(fine.attribute(input, {1, {}}).completeness_error.value(), 0.02);
  EXPECT_GT(coarse.attribute(input, {1, {}}).completeness_error.value(), 0);
}

TEST(GuidedIg, OfALinearModelIsGradientTimesInput) {
  const Model model = built(test::linear_model({1, 3, 4, 5}, random_values(120, 9), {0.5F, -1}));
  const Tensor input = input_of({3, 4, 5});
  Explainer guided = explainer_by(model, "guided-ig", {.samples = 7, .baseline = Baseline::Black}),
            product = explainer_by(model, "gradient-x-input");
  expect_near(guided.attribute(input, {1, {}}).relevance,
              values_of(product.attribute(input, {1, {}}).relevance), 1e-5, "linear");
}

/// Of a linear model: w (x - mean of the baselines).
TEST(ExpectedGradients, OfALinearModelAreTheDifferenceFromTheReferences) {
  const std::vector<float> weights = random_values(2 * 3 * 64, 9);
  const Model model = built(test::linear_model({-1, 3, 8, 8}, weights, {0, 0}));
  const test::TemporaryFolder folder;
  std::vector<std::string> files;
  std::vector<double> mean(192, 0);
  const Preprocessing preprocessing;
  for (const std::uint8_t level : {std::uint8_t{40}, std::uint8_t{200}}) {
    const Image picture = Image::blank(8, 8, 3, level);
    files.push_back(folder.file(std::to_string(level) + ".png"));
    write_png(files.back(), picture);
    Tensor of_file(DType::F32, {3, 8, 8});
    normalize(picture, preprocessing, 3, of_file.data<float>().data());
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] += static_cast<double>(of_file.data<float>()[i]) / 2;
  }
  const Tensor input = input_of({3, 8, 8});
  Explainer explain = explainer_by(model, "expected-gradients", {.samples = 4000, .references = files});
  const std::vector<double> found = values_of(explain.attribute(input, {1, {}}).relevance);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double w = weights[192 + i], spread = std::abs(w) * 80 * preprocessing.scale / std::sqrt(4000.0);
    EXPECT_NEAR(found[i], w * (static_cast<double>(input.data<float>()[i]) - mean[i]), 5 * spread + 1e-5);
  }
}

/// Without noise all baselines are the usual one, and the mean over the path is that of integrated gradients.
TEST(ExpectedGradients, WithoutNoiseAreIntegratedGradients) {
  const Model model = built(small_network(14, 22));
  const Tensor input = input_of({3, 14, 22});
  Explainer expected = explainer_by(model, "expected-gradients", {.samples = 3000, .noise = 0});
  Explainer integrated = explainer_by(model, "integrated-gradients", {.samples = 300});
  expect_near(expected.attribute(input, {2, {}}).relevance,
              values_of(integrated.attribute(input, {2, {}}).relevance), 0.05, "expected gradients");
}

TEST(ExpectedGradients, AMissingReferenceIsAnError) {
  const Model model = built(small_network(14, 22));
  EXPECT_NE(test::message_of<InputError>([&] {
              explainer_by(model, "expected-gradients", {.references = {"/nowhere/photo.jpg"}});
            }).find("/nowhere/photo.jpg"),
            std::string::npos);
}

/// Shrikumar et al. 2017: multipliers 1 at linear layers, (relu(c) - relu(c')) / (c - c') at the ReLU.
TEST(DeepLift, IsWhatThePaperSays) {
  const Model model = built(cam_network());
  const Tensor input = input_of({3, 8, 8});
  const std::vector<double> x = values_of(input), black(x.size(), 0);
  SlowNetwork behind(model, Rule::Gradient, "features"), before(model, Rule::Gradient, "c1");
  const std::vector<float> w = random_values(162, 31);
  for (std::int64_t target = 0; target < 4; ++target) {
    std::vector<double> multipliers = behind.gradient(x, target);
    before.scores(x);
    const std::vector<double> c = before.layer();
    before.scores(black);
    const std::vector<double> nothing = before.layer();
    for (std::size_t i = 0; i < multipliers.size(); ++i)
      multipliers[i] *= (std::max(c[i], 0.0) - std::max(nothing[i], 0.0)) / (c[i] - nothing[i]);
    std::vector<double> expected(x.size(), 0);
    for (std::int64_t k = 0; k < 6; ++k)
      for (std::int64_t channel = 0; channel < 3; ++channel)
        for (std::int64_t y = 0; y < 8; ++y)
          for (std::int64_t col = 0; col < 8; ++col)
            for (std::int64_t dy = 0; dy < 3; ++dy)
              for (std::int64_t dx = 0; dx < 3; ++dx) {
                const std::int64_t from_y = y + dy - 1, from_x = col + dx - 1;
                if (from_y >= 0 && from_y < 8 && from_x >= 0 && from_x < 8)
                  expected[static_cast<std::size_t>((channel * 8 + from_y) * 8 + from_x)] +=
                      static_cast<double>(
                          w[static_cast<std::size_t>(((k * 3 + channel) * 3 + dy) * 3 + dx)]) *
                      multipliers[static_cast<std::size_t>((k * 8 + y) * 8 + col)];
              }
    for (std::size_t i = 0; i < x.size(); ++i)
      expected[i] *= x[i];
    Explainer explain = explainer_by(model, "deep-lift", {.baseline = Baseline::Black});
    const Attribution found = explain.attribute(input, {target, {}});
    expect_near(found.relevance, expected, 1e-4, "DeepLIFT");
    EXPECT_LT(found.completeness_error.value(), 1e-4);
  }
}

TEST(DeepLift, IsComplete) {
  const Model model = built(small_network(14, 22));
  SlowNetwork slow(model);
  const Tensor input = input_of({3, 14, 22});
  for (const Baseline baseline : {Baseline::Black, Baseline::Mean, Baseline::Blurred}) {
    Explainer explain = explainer_by(model, "deep-lift", {.baseline = baseline});
    for (std::int64_t target = 0; target < 5; ++target) {
      const Attribution found = explain.attribute(input, {target, {}});
      EXPECT_LT(found.completeness_error.value(), 1e-3);
      if (baseline == Baseline::Black) {
        const auto c = static_cast<std::size_t>(target);
        const double whole = slow.scores(values_of(input))[c],
                     nothing = slow.scores(std::vector<double>(3 * 14 * 22, 0))[c];
        EXPECT_NEAR(sum_of(found.relevance), whole - nothing, 1e-3 * std::abs(whole - nothing));
      }
    }
  }
}

/// Kapishnikov et al. 2019, algorithm 1, on the same regions; sets in the place of flags.
TEST(Xrai, RanksRegionsByTheMeanOfWhatTheyAdd) {
  const Model model = built(small_network(24, 20));
  const Tensor input = input_of({3, 24, 20});
  const std::size_t pixels = 480;
  const std::int64_t steps = 9, segments = 24;
  const Preprocessing preprocessing;
  SlowNetwork slow(model);
  std::vector<double> attribution(3 * pixels, 0);
  const std::vector<double> x = values_of(input);
  for (const double baseline : {0.0, 255 * preprocessing.scale})
    for (std::int64_t s = 0; s < steps; ++s) {
      std::vector<double> point = x;
      for (double& value : point)
        value = baseline + (static_cast<double>(s) + 0.5) / static_cast<double>(steps) * (value - baseline);
      const std::vector<double> gradient = slow.gradient(point, 2);
      for (std::size_t i = 0; i < x.size(); ++i)
        attribution[i] += (x[i] - baseline) * gradient[i] / static_cast<double>(steps) / 2;
    }
  const Image picture = denormalize(input.data<float>().data(), preprocessing, 3, 20, 24);
  std::vector<std::set<std::uint32_t>> regions;
  for (std::int64_t count = segments; count >= 2; count /= 2)
    if (regions.size() < 1000 && count > segments / 64)
      for (const Region& region : watershed_regions(picture, count))
        regions.emplace_back(region.begin(), region.end());  // 5/224 of 20 pixels is no margin
  std::vector<double> expected(pixels, 0);
  while (true) {
    double best = -std::numeric_limits<double>::infinity();
    const std::set<std::uint32_t>* of_best = nullptr;
    for (const auto& region : regions) {
      double sum = 0;
      for (const std::uint32_t p : region)
        sum += std::max({attribution[p], attribution[pixels + p], attribution[2 * pixels + p]});
      if (!region.empty() && sum / static_cast<double>(region.size()) > best) {
        best = sum / static_cast<double>(region.size());
        of_best = &region;
      }
    }
    if (!of_best)
      break;
    const std::set<std::uint32_t> chosen = *of_best;
    for (const std::uint32_t p : chosen) {
      expected[p] = best;
      for (auto& region : regions)
        region.erase(p);
    }
  }
  Explainer explain = explainer_by(model, "xrai", {.samples = steps, .segments = segments});
  expect_near(explain.attribute(input, {2, {}}).relevance, expected, 1e-3, "XRAI");
}

/// Regions share what their pixels have: the sum over the picture is that of integrated gradients.
TEST(Xrai, KeepsTheSumOfAttributions) {
  const std::vector<float> weights = random_values(2 * 480, 9);
  const Model model = built(test::linear_model({-1, 1, 24, 20}, weights, {0.3F, 0}));
  const Tensor input = input_of({1, 24, 20});
  const Preprocessing preprocessing;
  double expected = 0;
  for (std::size_t i = 0; i < 480; ++i)
    expected += static_cast<double>(weights[480 + i]) *
                (static_cast<double>(input.data<float>()[i]) - 255 * preprocessing.scale / 2);
  Explainer explain = explainer_by(model, "xrai", {.samples = 4, .segments = 40});
  EXPECT_NEAR(sum_of(explain.attribute(input, {1, {}}).relevance), expected,
              1e-3 * std::abs(expected) + 1e-3);
}

TEST(Xrai, MoreRegionsThanPixelsAreAnError) {
  const Model model = built(small_network(24, 20));
  EXPECT_EQ(test::message_of<InputError>([&] { explainer_by(model, "xrai", {.segments = 500}); }),
            "500 segments of pictures of 20x24 pixels, for xrai: expected 2 to 480");
}

}  // namespace
}  // namespace fovea::test
