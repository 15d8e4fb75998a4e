#include "base/random.hpp"
#include "explain/confidence_gradient.hpp"
#include "explain/smooth_max_mask.hpp"
#include "explain/soft_mask.hpp"
#include "image/blur.hpp"
#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

/// Meaningful and extremal perturbations: the parts' gradients against differences, whole runs against a
/// second implementation, and smooth masks against TorchRay (tools/make_perturbation_goldens.py).
namespace fovea::test {
namespace {

const Shape kPicture = {3, 14, 22};

std::vector<double> golden(const std::string& name) {
  return values_of(read_npy(std::string(FOVEA_TEST_DATA) + "/perturbation/" + name + ".npy"));
}

std::vector<double> uniform_values(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values)
    value = random.uniform();
  return values;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void one_after_the_other(std::int64_t parts, const std::function<void(std::int64_t)>& part) {
  for (std::int64_t i = 0; i < parts; ++i)
    part(i);
}

/// Compares a gradient with central differences.
void expect_gradient(const std::vector<double>& gradient, std::vector<double> at,
                     const std::function<double(const std::vector<double>&)>& function) {
  constexpr double step = 1e-5;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double here = at[i];
    at[i] = here + step;
    const double above = function(at);
    at[i] = here - step;
    const double below = function(at);
    at[i] = here;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-6 * std::max(1.0, std::abs(gradient[i]))) << i;
  }
}

TEST(MaskEnlargement, KeepsConstantsAndHasItsTranspose) {
  const MaskEnlargement enlargement(5, 7, 14, 22, 0.625);
  for (const double value : enlargement.enlarge(std::vector<double>(35, 0.3)))
    EXPECT_NEAR(value, 0.3, 1e-12);
  const std::vector<double> mask = uniform_values(35, 1), pixels = uniform_values(14 * 22, 2);
  EXPECT_NEAR(dot(enlargement.enlarge(mask), pixels), dot(mask, enlargement.pull_back(pixels)), 1e-10);
}

TEST(MaskPenalty, HasItsGradient) {
  const std::vector<double> mask = uniform_values(20, 3);
  const auto penalty = [](const std::vector<double>& at) {
    std::vector<double> ignored(20, 0);
    return mask_penalty(at, 4, 5, 0.7, 1.3, ignored);
  };
  std::vector<double> gradient(20, 0);
  mask_penalty(mask, 4, 5, 0.7, 1.3, gradient);
  expect_gradient(gradient, mask, penalty);
  EXPECT_NEAR(penalty(std::vector<double>(20, 0.25)), 0.7 * 20 * 0.75, 1e-12);
}

TEST(AreaPenalty, HasItsGradientAndIsZeroForItsArea) {
  const std::vector<double> mask = uniform_values(40, 4);
  std::vector<double> gradient(40);
  area_penalty(mask, 0.3, gradient);
  expect_gradient(gradient, mask, [](const std::vector<double>& at) {
    std::vector<double> ignored(40);
    return area_penalty(at, 0.3, ignored);
  });
  std::vector<double> sorted = mask;
  std::sort(sorted.begin(), sorted.end());
  double expected = 0;
  for (std::size_t i = 0; i < 40; ++i)
    expected += std::pow(sorted[i] - (i < 28 ? 0 : 1), 2) / 40;
  EXPECT_NEAR(area_penalty(mask, 0.3, gradient), expected, 1e-12);
  std::vector<double> exact(40, 0);
  std::fill_n(exact.begin() + 5, 12, 1.0);
  EXPECT_EQ(area_penalty(exact, 0.3, gradient), 0);
}

TEST(SmoothMaxMask, IsTorchRays) {
  const SmoothMaxMask generator(20, 26, 2);
  const std::vector<double> parameters = golden("smooth-max.parameters");
  ASSERT_EQ(parameters.size(), generator.parameters());
  const SmoothMaxMask::Mask mask = generator.generate(parameters, one_after_the_other);
  const std::vector<double> expected = golden("smooth-max.mask"),
                            gradient = generator.pull_back(parameters, mask, golden("smooth-max.weights"),
                                                           one_after_the_other),
                            expected_gradient = golden("smooth-max.gradient");
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(mask.values[i], expected[i], 1e-5) << i;
  for (std::size_t i = 0; i < gradient.size(); ++i)
    EXPECT_NEAR(gradient[i], expected_gradient[i], 5e-4) << i;  // of 17
}

TEST(SmoothMaxMask, HasItsGradient) {
  const SmoothMaxMask generator(13, 17, 3);
  const std::vector<double> parameters = uniform_values(generator.parameters(), 5),
                            weights = uniform_values(generator.pixels(), 6);
  const SmoothMaxMask::Mask mask = generator.generate(parameters, one_after_the_other);
  expect_gradient(generator.pull_back(parameters, mask, weights, one_after_the_other), parameters,
                  [&](const std::vector<double>& at) {
                    return dot(generator.generate(at, one_after_the_other).values, weights);
                  });
}

TEST(ConfidenceGradient, IsThatOfEveryActivation) {
  ScoreHead grouped;
  grouped.groups = {0, 1, 0, 1, 1};
  ScoreHead sigmoid, none;
  sigmoid.activation = Activation::Sigmoid;
  none.activation = Activation::None;
  for (const ScoreHead& head : {ScoreHead(), grouped, sigmoid, none})
    for (const ExplainedScore& target : {ExplainedScore{1, {}}, ExplainedScore{3, 2}}) {
      const std::vector<double> at = {0.3, -0.2, 1.1, 0.7, -0.9};
      const auto confidence = [&](const std::vector<double>& scores) {
        const ClassScores all{scores, head.probabilities(scores)};
        const double own = all.confidences()[static_cast<std::size_t>(target.class_index)];
        return target.against ? own - all.confidences()[static_cast<std::size_t>(*target.against)] : own;
      };
      expect_gradient(confidence_gradient(head, {at, head.probabilities(at)}, target), at, confidence);
    }
}

/// The picture, blurred.
std::vector<double> blurred(const std::vector<double>& x, double sigma) {
  std::vector<float> values(x.begin(), x.end());
  gaussian_blur(values, 14, 22, sigma);
  return {values.begin(), values.end()};
}

std::size_t clamped(std::size_t at, std::int64_t shift, std::size_t size) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(static_cast<std::int64_t>(at) - shift, 0,
                                                           static_cast<std::int64_t>(size) - 1));
}

/// Fong & Vedaldi 2017, section 4: the picture has fewer than 28 rows and columns, so that the mask has as
/// many as it; jitter is one pixel.
class SlowMeaningful {
public:
  SlowMeaningful(const Model& model, std::vector<double> x, std::size_t target)
      : slow_(model), x_(std::move(x)), blurred_(blurred(x_, 14 * 10.0 / 224)), target_(target) {}

  std::vector<double> run(int steps, std::uint64_t seed) {
    std::vector<double> mask = first_mask(), mean(308, 0), square(308, 0);
    Random random(seed);
    for (int step = 1; step <= steps; ++step) {
      const auto down = static_cast<std::int64_t>(random.below(3)) - 1;
      const auto right = static_cast<std::int64_t>(random.below(3)) - 1;
      const std::vector<double> gradient = gradient_at(mask, down, right);
      for (std::size_t i = 0; i < 308; ++i) {
        mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
        square[i] = 0.999 * square[i] + 0.001 * gradient[i] * gradient[i];
        const double m = mean[i] / (1 - std::pow(0.9, step)), s = square[i] / (1 - std::pow(0.999, step));
        mask[i] = std::clamp(mask[i] - 0.1 * m / (std::sqrt(s) + 1e-8), 0.0, 1.0);
      }
    }
    std::vector<double> map = smooth(mask);
    for (double& value : map)
      value = 1 - value;
    return map;
  }

private:
  /// A cell's weight for a pixel.
  static double weight(std::size_t pixel, std::size_t cell, std::size_t size) {
    double sum = 0;
    const auto gaussian = [&](std::size_t k) {
      const double distance = static_cast<double>(pixel) - static_cast<double>(k);
      return std::exp(-distance * distance / (2 * 0.625 * 0.625));
    };
    for (std::size_t k = 0; k < size; ++k)
      sum += gaussian(k);
    return gaussian(cell) / sum;
  }

  static std::vector<double> smooth(const std::vector<double>& mask, bool transposed = false) {
    std::vector<double> result(308, 0);
    for (std::size_t i = 0; i < 308; ++i)
      for (std::size_t k = 0; k < 308; ++k) {
        const double w = weight(i / 22, k / 22, 14) * weight(i % 22, k % 22, 22);
        result[transposed ? k : i] += w * mask[transposed ? i : k];
      }
    return result;
  }

  std::size_t source(std::size_t i, std::int64_t down, std::int64_t right) const {
    return i / 308 * 308 + clamped(i % 308 / 22, down, 14) * 22 + clamped(i % 22, right, 22);
  }

  std::vector<double> shown(const std::vector<double>& pixels, std::int64_t down, std::int64_t right) const {
    std::vector<double> picture(x_.size());
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const std::size_t from = source(i, down, right);
      picture[i] = pixels[i % 308] * x_[from] + (1 - pixels[i % 308]) * blurred_[from];
    }
    return picture;
  }

  std::vector<double> probabilities(const std::vector<double>& picture) {
    return ScoreHead().probabilities(slow_.scores(picture));
  }

  std::vector<double> first_mask() {
    const auto disc = [](double radius) {
      std::vector<double> mask(308);
      for (std::size_t i = 0; i < 308; ++i) {
        const double y = (static_cast<double>(i / 22) - 6.5) / 7,
                     x = (static_cast<double>(i % 22) - 10.5) / 11;
        mask[i] = std::sqrt((y * y + x * x) / 2) <= radius ? 0 : 1;
      }
      return mask;
    };
    const auto probability = [&](const std::vector<double>& mask) {
      return probabilities(shown(smooth(mask), 0, 0))[target_];
    };
    const double all = probability(std::vector<double>(308, 1)), none = probability(disc(1));
    for (int i = 1; i < 12; ++i)
      if (all - probability(disc(i / 12.0)) >= 0.99 * (all - none))
        return disc(i / 12.0);
    return disc(1);
  }

  std::vector<double> gradient_at(const std::vector<double>& mask, std::int64_t down, std::int64_t right) {
    const std::vector<double> picture = shown(smooth(mask), down, right), p = probabilities(picture);
    std::vector<double> pixels(308, 0);
    for (std::size_t k = 0; k < p.size(); ++k) {
      const std::vector<double> g = slow_.gradient(picture, static_cast<std::int64_t>(k));
      const double chain = p[target_] * ((k == target_ ? 1 : 0) - p[k]);
      for (std::size_t i = 0; i < g.size(); ++i) {
        const std::size_t from = source(i, down, right);
        pixels[i % 308] += chain * g[i] * (x_[from] - blurred_[from]);
      }
    }
    std::vector<double> gradient = smooth(pixels, true);
    for (std::size_t i = 0; i < 308; ++i) {
      gradient[i] -= 1e-4;
      const auto pull = [&](std::size_t k) {
        const double d = mask[i] - mask[k];
        gradient[i] += 1e-2 * 3 * d * std::abs(d);
      };
      if (i % 22 > 0)
        pull(i - 1);
      if (i % 22 < 21)
        pull(i + 1);
      if (i >= 22)
        pull(i - 22);
      if (i + 22 < 308)
        pull(i + 22);
    }
    return gradient;
  }

  SlowNetwork slow_;
  std::vector<double> x_, blurred_;
  std::size_t target_;
};

TEST(MeaningfulPerturbation, IsThePapersDescent) {
  const Model model = built(small_network(14, 22));
  const Tensor input = input_of(kPicture);
  SlowMeaningful slow(model, values_of(input), 2);
  Explainer explain = explainer_by(model, "meaningful-perturbation", {.samples = 4, .seed = 6});
  expect_near(explain.attribute(input, {2, {}}).relevance, slow.run(4, 6), 1e-3, "meaningful perturbation");
}

/// A picture of noise that a linear network sees by its details in the left half.
Model looks_left(const Tensor& input) {
  std::vector<float> weights(2 * 3 * 308, 0);
  for (std::size_t i = 0; i < 3 * 308; ++i)
    weights[i] = i % 22 < 11 ? 0.05F * input.data<float>()[i] : 0.0F;
  return built(linear_model({-1, 3, 14, 22}, weights, {0, 0}));
}

/// The mean of a map's left and right half.
std::array<double, 2> halves(const Tensor& map) {
  std::array<double, 2> means = {0, 0};
  for (std::size_t i = 0; i < 308; ++i)
    means[i % 22 < 11 ? 0 : 1] += static_cast<double>(map.data<float>()[i]) / 154;
  return means;
}

TEST(MeaningfulPerturbation, BlursWhatTheClassNeeds) {
  const Tensor input = input_of(kPicture);
  Explainer explain = explainer_by(looks_left(input), "meaningful-perturbation", {.samples = 200});
  const auto [left, right] = halves(explain.attribute(input, {0, {}}).relevance);
  EXPECT_GT(left, 2 * right);
}

/// A picture and a network that do not change when mirrored, since the method mirrors every other picture.
TEST(ExtremalPerturbation, KeepsTheAreasSharpThatTheClassNeeds) {
  Tensor input = input_of(kPicture);
  std::vector<float> weights(2 * 3 * 308, 0);
  for (std::size_t i = 0; i < 3 * 308; ++i) {
    const std::size_t column = i % 22;
    if (column >= 11)
      input.data<float>()[i] = input.data<float>()[i - column + 21 - column];
    weights[i] = column >= 8 && column < 14 ? input.data<float>()[i] : 0.0F;
  }
  const Model model = built(linear_model({-1, 3, 14, 22}, weights, {0, 0}));
  Explainer explain = explainer_by(model, "extremal-perturbation", {.samples = 400});
  const Tensor map = explain.attribute(input, {0, {}}).relevance;
  double inside = 0, outside = 0;
  for (std::size_t i = 0; i < 308; ++i)
    (i % 22 >= 8 && i % 22 < 14 ? inside : outside) += static_cast<double>(map.data<float>()[i]) / 308;
  EXPECT_GT(inside, 5 * outside);
  // The smaller areas are less than what a single parameter covers of so small a picture.
  EXPECT_NEAR(inside + outside, (0.025 + 0.05 + 0.1 + 0.2) / 4, 0.06);
}

/// Fong, Patrick & Vedaldi 2019, section 3: a step of the mask is one pixel here.
std::vector<double> slow_extremal(const Model& model, const std::vector<double>& x, std::int64_t target,
                                  int steps) {
  SlowNetwork slow(model);
  std::vector<std::vector<double>> levels;
  for (int level = 0; level < 8; ++level)
    levels.push_back(blurred(x, (1 - level / 7.0) * 14 * 20.0 / 224));
  const SmoothMaxMask generator(14, 22, 1);
  std::vector<double> mean(308, 0);
  for (const double area : {0.025, 0.05, 0.1, 0.2}) {
    std::vector<double> parameters(308, 1), velocity(308, 0);
    for (int step = 0; step < steps; ++step) {
      const SmoothMaxMask::Mask mask = generator.generate(parameters, one_after_the_other);
      std::vector<double> picture(x.size()), slope(x.size());
      const auto mirrored = [step](std::size_t i) { return step % 2 == 0 ? i - i % 22 + 21 - i % 22 : i; };
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto level = std::min<std::size_t>(static_cast<std::size_t>(7 * mask.values[i % 308]), 6);
        slope[i] = 7 * (levels[level + 1][i] - levels[level][i]);
        picture[mirrored(i)] =
            levels[level][i] + (mask.values[i % 308] - static_cast<double>(level) / 7) * slope[i];
      }
      const std::vector<double> gradient = slow.gradient(picture, target);
      std::vector<double> pixels(308, 0);
      for (std::size_t i = 0; i < x.size(); ++i)
        pixels[i % 308] += gradient[mirrored(i)] * slope[i];
      std::vector<double> sorted = mask.values;
      std::sort(sorted.begin(), sorted.end());
      const auto zeros = static_cast<std::size_t>(308 * (1 - area));
      for (std::size_t i = 0; i < 308; ++i) {
        const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), mask.values[i]);
        double reference = 0;
        for (auto at = first; at != last; ++at)
          reference += (at - sorted.begin() < static_cast<std::ptrdiff_t>(zeros) ? 0.0 : 1.0) /
                       static_cast<double>(last - first);
        pixels[i] -= 300 * std::pow(1.0035, step) * 2 * (mask.values[i] - reference) / 308;
      }
      const std::vector<double> up = generator.pull_back(parameters, mask, pixels, one_after_the_other);
      for (std::size_t i = 0; i < 308; ++i) {
        velocity[i] = step == 0 ? up[i] : 0.9 * velocity[i] + 0.1 * up[i];
        parameters[i] = std::clamp(parameters[i] + 0.01 * velocity[i], 0.0, 1.0);
      }
    }
    const SmoothMaxMask::Mask mask = generator.generate(parameters, one_after_the_other);
    for (std::size_t i = 0; i < 308; ++i)
      mean[i] += mask.values[i] / 4;
  }
  return mean;
}

TEST(ExtremalPerturbation, IsThePapersAscent) {
  const Model model = built(small_network(14, 22));
  const Tensor input = input_of(kPicture);
  Explainer explain = explainer_by(model, "extremal-perturbation", {.samples = 5});
  expect_near(explain.attribute(input, {3, {}}).relevance, slow_extremal(model, values_of(input), 3, 5), 1e-4,
              "extremal perturbation");
}

TEST(PerturbationMethods, ReportTheirProgress) {
  const Model model = built(small_network(14, 22));
  for (const char* method :
       {"lime", "kernel-shap", "sobol", "hsic", "meaningful-perturbation", "extremal-perturbation"}) {
    Explainer explain = explainer_by(model, method, {.samples = 8, .cells = 3});
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
