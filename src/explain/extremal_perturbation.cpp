#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "explain/smooth_max_mask.hpp"
#include "image/blur.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

/// Extremal perturbations (Fong, Patrick & Vedaldi 2019): of all smooth masks that keep a given area of the
/// picture sharp, the one with the highest score, found by gradient ascent; the mean of the masks of several
/// areas.
namespace fovea {
namespace {

// The paper's numbers; lengths are shares of the picture's shorter side, of which the paper's has 224 pixels.
constexpr std::array<double, 4> kAreas = {0.025, 0.05, 0.1, 0.2};
constexpr double kStep = 7.0 / 224, kMostBlur = 20.0 / 224;
constexpr std::size_t kLevels = 8;
constexpr double kRate = 0.01, kMomentum = 0.9;
/// The weight of the area at first, and the factor by which it grows in each of so many steps.
constexpr double kAreaWeight = 300, kGrowth = 1.0035;
constexpr std::int64_t kGrowingSteps = 800;

/// The picture at several degrees of blur, from the most to none; a mask's value chooses between them.
class BlurLevels {
public:
  explicit BlurLevels(const Tensor& input) {
    const Shape& shape = input.shape();
    const double most = kMostBlur * static_cast<double>(std::min(shape[1], shape[2]));
    for (std::size_t level = 0; level < kLevels; ++level) {
      const auto x = input.data<float>();
      levels_.emplace_back(x.begin(), x.end());
      const double left = 1 - static_cast<double>(level) / static_cast<double>(kLevels - 1);
      gaussian_blur(levels_.back(), shape[1], shape[2], left * most);
    }
  }

  /// The picture's i-th value behind a mask of that value there.
  float at(std::size_t i, double mask) const {
    const std::size_t level = level_of(mask);
    const auto share = static_cast<float>(mask * (kLevels - 1) - static_cast<double>(level));
    return levels_[level][i] + share * (levels_[level + 1][i] - levels_[level][i]);
  }
  /// Its derivative with respect to the mask's value.
  double slope(std::size_t i, double mask) const {
    const std::size_t level = level_of(mask);
    return (kLevels - 1) * (static_cast<double>(levels_[level + 1][i]) - levels_[level][i]);
  }

private:
  static std::size_t level_of(double mask) {
    return std::min(static_cast<std::size_t>(mask * (kLevels - 1)), kLevels - 2);
  }

  std::vector<std::vector<float>> levels_;
};

/// One area's mask and the state of its ascent: gradient steps with momentum, in the box 0..1.
struct Ascent {
  double area = 0;
  std::vector<double> parameters;
  std::vector<double> velocity = {};
  SmoothMaxMask::Mask mask = {};

  void step(std::span<const double> gradient) {
    if (velocity.empty())
      velocity.assign(gradient.begin(), gradient.end());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      velocity[i] = kMomentum * velocity[i] + (1 - kMomentum) * gradient[i];
      parameters[i] = std::clamp(parameters[i] + kRate * velocity[i], 0.0, 1.0);
    }
  }
};

/// The ascents of all areas on one picture.
class ExtremalMasks {
public:
  ExtremalMasks(Session& session, const Tensor& input)
      : session_(session), width_(static_cast<std::size_t>(input.shape()[2])), levels_(input),
        generator_(
            input.shape()[1], input.shape()[2],
            std::max<std::int64_t>(
                std::lround(kStep * static_cast<double>(std::min(input.shape()[1], input.shape()[2]))), 1)),
        run_([&session](std::int64_t parts, const std::function<void(std::int64_t)>& part) {
          session.parallel_for(parts, part);
        }) {
    for (const double area : kAreas)
      ascents_.push_back({area, std::vector<double>(generator_.parameters(), 1)});
    generate();
  }

  /// One step of all masks. Networks see the picture mirrored or not.
  void step(const ExplainedScore& target, double area_weight, bool mirrored) {
    run_batched(
        session_, static_cast<std::int64_t>(ascents_.size()), target,
        [&](std::int64_t i, std::int64_t, std::span<float> picture) {
          const std::vector<double>& mask = ascents_[static_cast<std::size_t>(i)].mask.values;
          for (std::size_t k = 0; k < picture.size(); ++k)
            picture[seen_at(k, mirrored)] = levels_.at(k, mask[k % mask.size()]);
        },
        [&](const HeldSamples& held) {
          for (std::int64_t n = 0; n < held.count; ++n)
            ascend(ascents_[static_cast<std::size_t>(held.first + n)], gradient_at(session_, n), area_weight,
                   mirrored);
        });
    generate();
  }

  /// The mean of the masks.
  Tensor map(const Shape& picture) const {
    Tensor result(DType::F32, {1, picture[1], picture[2]});
    for (const Ascent& ascent : ascents_)
      for (std::size_t i = 0; i < generator_.pixels(); ++i)
        result.data<float>()[i] += static_cast<float>(ascent.mask.values[i] / kAreas.size());
    return result;
  }

private:
  /// Where the network sees the picture's i-th value.
  std::size_t seen_at(std::size_t i, bool mirrored) const {
    return mirrored ? i - i % width_ + (width_ - 1 - i % width_) : i;
  }

  void ascend(Ascent& ascent, std::span<const float> of_picture, double area_weight, bool mirrored) {
    const std::vector<double>& mask = ascent.mask.values;
    std::vector<double> gradient(mask.size());
    area_penalty(mask, ascent.area, gradient);
    for (double& value : gradient)
      value *= -area_weight;
    for (std::size_t k = 0; k < of_picture.size(); ++k)
      gradient[k % mask.size()] +=
          static_cast<double>(of_picture[seen_at(k, mirrored)]) * levels_.slope(k, mask[k % mask.size()]);
    ascent.step(generator_.pull_back(ascent.parameters, ascent.mask, gradient, run_));
  }

  void generate() {
    for (Ascent& ascent : ascents_)
      ascent.mask = generator_.generate(ascent.parameters, run_);
  }

  Session& session_;
  std::size_t width_;
  BlurLevels levels_;
  SmoothMaxMask generator_;
  SmoothMaxMask::Runner run_;
  std::vector<Ascent> ascents_;
};

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t steps = samples_of(context, info);
  auto program = compile_gradient(context, static_cast<std::int64_t>(kAreas.size()));
  auto start = [program, steps](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      ExtremalMasks masks(*session, input);
      double area_weight = kAreaWeight;
      for (std::int64_t step = 0; step < steps; ++step) {
        masks.step(target, area_weight, step % 2 == 0);
        area_weight *= step < kGrowingSteps ? kGrowth : 1;
        if (progress)
          progress(step + 1, steps);
      }
      return Attribution{masks.map(input.shape()), {}};
    };
  };
  return {{program}, start};
}

std::string areas_in_words(const MethodOptions&, std::int64_t samples) {
  std::string areas;
  for (const double area : kAreas)
    areas += fmt::format("{}{:g}", areas.empty() ? "" : ", ", 100 * area);
  return fmt::format("{} steps for each of the areas {} %", samples, areas);
}

}  // namespace

std::vector<Method> extremal_perturbation_methods() {
  return {{{"extremal-perturbation", "Extremal perturbation", "fong2019understanding",
            "the parts of a given area that, sharp in a blurred picture, score highest", 800,
            MethodInfo::Values::PerPixel,
            "The brightest part is the smallest that, sharp in a blurred photo, shows the class best.",
            "4n + 4n"},
           {},
           nullptr,
           compile,
           areas_in_words,
           {}}};
}

}  // namespace fovea
