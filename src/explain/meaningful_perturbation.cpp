#include "base/random.hpp"
#include "explain/confidence_gradient.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "explain/soft_mask.hpp"
#include "image/blur.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

/// Meaningful perturbations (Fong & Vedaldi 2017): the mask that, by blurring as little of the picture as
/// possible, takes the class's probability away, found by gradient descent.
namespace fovea {
namespace {

// The paper's numbers; lengths are shares of the picture's shorter side, of which the paper's has 224 pixels.
constexpr std::int64_t kCells = 28;
constexpr double kBlur = 10.0 / 224, kCellSigma = 5.0 / 8, kJitter = 4.0 / 224, kArea = 1e-4,
                 kVariation = 1e-2, kRate = 0.1;
/// The mask at the beginning is the smallest of so many discs that takes this share of the probability away.
constexpr int kDiscs = 12;
constexpr double kTaken = 0.99;

/// Gradient descent by Adam (kingma2015adam), in the box 0..1.
class BoxedAdam {
public:
  explicit BoxedAdam(std::size_t values) : mean_(values, 0), square_(values, 0) {}

  void step(std::span<double> values, std::span<const double> gradient) {
    constexpr double keep_mean = 0.9, keep_square = 0.999, tiny = 1e-8;
    ++steps_;
    const double mean_seen = 1 - std::pow(keep_mean, steps_), square_seen = 1 - std::pow(keep_square, steps_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      mean_[i] += (1 - keep_mean) * (gradient[i] - mean_[i]);
      square_[i] += (1 - keep_square) * (gradient[i] * gradient[i] - square_[i]);
      values[i] -= kRate * mean_[i] / mean_seen / (std::sqrt(square_[i] / square_seen) + tiny);
      values[i] = std::clamp(values[i], 0.0, 1.0);
    }
  }

private:
  int steps_ = 0;
  std::vector<double> mean_, square_;
};

/// The picture behind a mask (1: sharp, 0: blurred), seen by the network with a shift.
class Blurring {
public:
  Blurring(Session& session, const Tensor& input, const Tensor& blurred, const ExplainedScore& target)
      : session_(session), x_(input.data<float>()), blurred_(blurred.data<float>()),
        height_(input.shape()[1]), width_(input.shape()[2]), target_(target) {}

  /// Which pixel of the picture is at each place; those at the border repeat.
  void shift(std::int64_t down, std::int64_t right) {
    source_.clear();
    for (std::int64_t y = 0; y < height_; ++y)
      for (std::int64_t x = 0; x < width_; ++x)
        source_.push_back(
            static_cast<std::size_t>(std::clamp<std::int64_t>(y - down, 0, height_ - 1) * width_ +
                                     std::clamp<std::int64_t>(x - right, 0, width_ - 1)));
  }

  /// The target's confidence.
  double confidence(std::span<const double> mask) { return value_of(run(mask).confidences(), target_); }

  /// Its gradient with respect to the mask.
  std::vector<double> gradient(std::span<const double> mask) {
    const std::vector<double> seed = confidence_gradient(session_.program().head(), run(mask), target_);
    auto all = session_.seed().data<float>();
    std::fill(all.begin(), all.end(), 0.0F);
    std::transform(seed.begin(), seed.end(), all.begin(), [](double s) { return static_cast<float>(s); });
    session_.backward();
    const std::span<const float> of_picture = gradient_at(session_, 0);
    std::vector<double> result(mask.size(), 0);
    for (std::size_t i = 0; i < of_picture.size(); ++i) {
      const std::size_t from = i / mask.size() * mask.size() + source_[i % mask.size()];
      result[i % mask.size()] += static_cast<double>(of_picture[i]) * (x_[from] - blurred_[from]);
    }
    return result;
  }

private:
  ClassScores run(std::span<const double> mask) {
    auto input = session_.input().data<float>();
    for (std::size_t i = 0; i < input.size(); ++i) {  // every place of the batch has the same picture
      const std::size_t in_picture = i % x_.size(), pixel = in_picture % mask.size();
      const std::size_t from = in_picture - pixel + source_[pixel];
      input[i] = blurred_[from] + static_cast<float>(mask[pixel]) * (x_[from] - blurred_[from]);
    }
    session_.forward();
    return class_scores_of(session_, 0);
  }

  Session& session_;
  std::span<const float> x_, blurred_;
  std::int64_t height_, width_;
  ExplainedScore target_;
  std::vector<std::size_t> source_;
};

/// 0 within a disc around the middle, whose radius is a share of the way to the corners; 1 outside.
std::vector<double> disc(std::int64_t height, std::int64_t width, double radius) {
  std::vector<double> mask;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const double down = (2 * static_cast<double>(y) + 1) / static_cast<double>(height) - 1;
      const double right = (2 * static_cast<double>(x) + 1) / static_cast<double>(width) - 1;
      mask.push_back(down * down + right * right <= 2 * radius * radius ? 0 : 1);
    }
  return mask;
}

std::vector<double> first_mask(Blurring& blurring, const MaskEnlargement& enlargement, std::int64_t height,
                               std::int64_t width) {
  const auto behind = [&](const std::vector<double>& mask) {
    return blurring.confidence(enlargement.enlarge(mask));
  };
  std::vector<double> mask = disc(height, width, 1);
  const double none = behind(mask), all = behind(std::vector<double>(mask.size(), 1));
  for (int i = 1; i < kDiscs; ++i) {
    std::vector<double> smaller = disc(height, width, static_cast<double>(i) / kDiscs);
    if (all - behind(smaller) >= kTaken * (all - none))
      return smaller;
  }
  return mask;
}

Attribution blur_least(Session& session, const Tensor& input, const Tensor& blurred, std::int64_t steps,
                       std::uint64_t seed, const ExplainedScore& target, const SampleProgress& progress) {
  const std::int64_t height = input.shape()[1], width = input.shape()[2];
  const std::int64_t rows = std::min(kCells, height), columns = std::min(kCells, width);
  const MaskEnlargement enlargement(rows, columns, height, width, kCellSigma);
  const std::int64_t jitter =
      std::max<std::int64_t>(std::lround(kJitter * static_cast<double>(std::min(height, width))), 1);
  Random random(seed);
  const auto shift = [&] {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * jitter + 1))) - jitter;
  };
  Blurring blurring(session, input, blurred, target);
  blurring.shift(0, 0);
  std::vector<double> mask = first_mask(blurring, enlargement, rows, columns);
  BoxedAdam adam(mask.size());
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t down = shift();
    blurring.shift(down, shift());
    std::vector<double> gradient = enlargement.pull_back(blurring.gradient(enlargement.enlarge(mask)));
    mask_penalty(mask, rows, columns, kArea, kVariation, gradient);
    adam.step(mask, gradient);
    if (progress)
      progress(step + 1, steps);
  }
  const std::vector<double> pixels = enlargement.enlarge(mask);
  Attribution result{Tensor(DType::F32, {1, height, width}), {}};
  std::transform(pixels.begin(), pixels.end(), result.relevance.data<float>().begin(),
                 [](double sharp) { return static_cast<float>(std::max(1 - sharp, 0.0)); });
  return result;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t steps = samples_of(context, info);
  auto program = compile_gradient(context, 1);
  auto start = [program, steps, seed = context.options.seed](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const Shape& shape = input.shape();
      Tensor blurred = input.clone();
      gaussian_blur(blurred.data<float>(), shape[1], shape[2],
                    kBlur * static_cast<double>(std::min(shape[1], shape[2])));
      return blur_least(*session, input, blurred, steps, seed, target, progress);
    };
  };
  return {{program}, start};
}

std::string steps_in_words(const MethodOptions&, std::int64_t samples) {
  return fmt::format("{} steps of Adam on a mask of {} x {} cells", samples, kCells, kCells);
}

}  // namespace

std::vector<Method> meaningful_perturbation_methods() {
  return {
      {{"meaningful-perturbation", "Meaningful perturbation", "fong2017interpretable",
        "the smallest blur that takes the class's probability away", 300, MethodInfo::Values::PerPixel,
        "Bright parts are those without whose details the class is no longer seen; the fewer, the better.",
        "n + n"},
       {},
       nullptr,
       compile,
       steps_in_words,
       {MethodOption::Seed}}};
}

}  // namespace fovea
