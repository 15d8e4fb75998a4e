#include "base/check.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

/// RISE (Petsiuk et al. 2018): the probability of the class (its score where the network has no
/// probabilities) under random soft masks, averaged over the masks that let a pixel through.
namespace fovea {
namespace {

/// Random masks [H,W], 0..1: a coarse grid of cells that are open or shut, drawn out linearly and shifted by
/// up to a cell. The i-th is the same whatever is asked for before it.
class RandomMasks {
public:
  RandomMasks(std::int64_t height, std::int64_t width, const MethodOptions& options)
      : height_(height), width_(width), options_(options) {}

  std::vector<float> mask(std::int64_t i) const {
    std::seed_seq seeds{static_cast<std::uint32_t>(options_.seed),
                        static_cast<std::uint32_t>(options_.seed >> 32U), static_cast<std::uint32_t>(i)};
    std::mt19937 random(seeds);
    const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
    const std::int64_t nodes = options_.cells + 2;
    std::vector<float> grid(static_cast<std::size_t>(nodes * nodes));
    for (float& node : grid)
      node = uniform() < options_.keep ? 1.0F : 0.0F;
    const double shift_y = uniform(), shift_x = uniform();
    const std::vector<Tap> rows = taps(height_, shift_y), columns = taps(width_, shift_x);
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>(height_ * width_));
    for (const Tap& row : rows)
      for (const Tap& column : columns) {
        const auto node = [&](std::size_t r, std::size_t c) {
          return grid[(row.first + r) * static_cast<std::size_t>(nodes) + column.first + c];
        };
        const float top = node(0, 0) + column.share * (node(0, 1) - node(0, 0));
        const float bottom = node(1, 0) + column.share * (node(1, 1) - node(1, 0));
        result.push_back(top + row.share * (bottom - top));
      }
    return result;
  }

private:
  /// Between which two nodes a pixel lies, and how near to the second.
  struct Tap {
    std::size_t first;
    float share;
  };

  std::vector<Tap> taps(std::int64_t side, double shift) const {
    std::vector<Tap> result;
    for (std::int64_t i = 0; i < side; ++i) {
      const double at =
          (static_cast<double>(i) + 0.5) / static_cast<double>(side) * static_cast<double>(options_.cells) +
          shift;
      const double node = std::min(std::floor(at), static_cast<double>(options_.cells));
      result.push_back({static_cast<std::size_t>(node), static_cast<float>(at - node)});
    }
    return result;
  }

  std::int64_t height_, width_;
  const MethodOptions& options_;
};

Attribution average_masks(Session& session, const Tensor& input, const Tensor& baseline,
                          const MethodOptions& options, std::int64_t samples, const ExplainedScore& target,
                          const SampleProgress& progress) {
  const Shape& shape = input.shape();
  const RandomMasks masks(shape[1], shape[2], options);
  const auto x = input.data<float>(), b = baseline.data<float>();
  std::vector<double> sum(static_cast<std::size_t>(shape[1] * shape[2]), 0);
  std::vector<std::vector<float>> held_masks(static_cast<std::size_t>(session.program().options().batch));
  run_batched(
      session, samples, target,
      [&](std::int64_t i, std::int64_t n, std::span<float> picture) {
        std::vector<float>& mask = held_masks[static_cast<std::size_t>(n)];
        mask = masks.mask(i);
        for (std::size_t channel = 0; channel < picture.size(); channel += mask.size())
          for (std::size_t k = 0; k < mask.size(); ++k)
            picture[channel + k] = b[channel + k] + mask[k] * (x[channel + k] - b[channel + k]);
      },
      [&](const HeldSamples& held) {
        std::vector<double> confidences;
        for (std::int64_t n = 0; n < held.count; ++n)
          confidences.push_back(value_of(class_scores_of(session, n).confidences(), target));
        for_each_piece(session, sum.size(), [&](std::size_t begin, std::size_t end) {
          for (std::size_t n = 0; n < confidences.size(); ++n)
            for (std::size_t k = begin; k < end; ++k)
              sum[k] += confidences[n] * static_cast<double>(held_masks[n][k]);
        });
      },
      progress);
  Attribution result{Tensor(DType::F32, {1, shape[1], shape[2]}), {}};
  const double weight = static_cast<double>(samples) * options.keep;
  for (std::size_t k = 0; k < sum.size(); ++k)
    result.relevance.data<float>()[k] = static_cast<float>(sum[k] / weight);
  return result;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const MethodOptions& options = context.options;
  FOVEA_CHECK(options.cells >= 1 && options.cells <= 1000, "a mask of {} cells a side: expected 1 to 1000",
              options.cells);
  FOVEA_CHECK(options.keep > 0 && options.keep < 1,
              "masks that keep {}: expected more than 0 and less than 1", options.keep);
  const std::int64_t samples = samples_of(context, info);
  MethodContext many = context;
  many.program.batch = batch_for(samples);
  auto program = compile_scores(many);
  auto start = [program, options, samples,
                preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const Tensor baseline = baseline_of(input, options.baseline, preprocessing);
      return average_masks(*session, input, baseline, options, samples, target, progress);
    };
  };
  return {{program}, start};
}

std::string masks_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} masks of {} x {} cells, {:.3g} % of them shown", samples, options.cells,
                     options.cells, 100 * options.keep);
}

}  // namespace

std::vector<Method> rise_methods() {
  return {{{"rise", "RISE", "petsiuk2018rise", "the probability under random masks", 4000,
            MethodInfo::Values::PerPixel,
            "The brighter a pixel, the higher the class's probability in copies of the photo in which it "
            "stays visible while random parts are hidden.",
            "n + 0"},
           {},
           nullptr,
           compile,
           masks_in_words,
           {MethodOption::Baseline, MethodOption::Cells, MethodOption::Keep, MethodOption::Seed}}};
}

}  // namespace fovea
