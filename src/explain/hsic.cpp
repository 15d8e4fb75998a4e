#include "base/check.hpp"
#include "explain/cell_masks.hpp"
#include "explain/method.hpp"
#include "explain/sensitivity.hpp"
#include "explain/session_batches.hpp"
#include "explain/sobol_points.hpp"

#include <fmt/format.h>

#include <algorithm>

/// HSIC attribution (Novello et al. 2022): how far the score depends on whether each cell of a grid is shown,
/// by the Hilbert-Schmidt independence criterion.
namespace fovea {
namespace {

constexpr std::int64_t kMostSamples = 10000;  ///< pairs of which are looked at

/// Half of the cells are shown in a mask, on average, and each cell in half of the masks.
std::vector<std::uint8_t> binary_masks(std::int64_t samples, std::size_t cells, std::uint64_t seed) {
  const std::vector<double> points = sobol_points(static_cast<std::size_t>(samples), cells, seed);
  std::vector<std::uint8_t> shown(points.size());
  std::transform(points.begin(), points.end(), shown.begin(),
                 [](double at) { return static_cast<std::uint8_t>(at < 0.5 ? 0 : 1); });
  return shown;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t samples = samples_of(context, info);
  FOVEA_CHECK(samples >= 2 && samples <= kMostSamples, "HSIC of {} samples: expected 2 to {}", samples,
              kMostSamples);
  MethodContext many = context;
  many.program.batch = batch_for(samples);
  auto program = compile_scores(many);
  const InputSize size = input_size(*program);
  const CellMasks masks(size.height, size.width, context.options.cells);
  FOVEA_CHECK(masks.count() <= kMostSobolDimensions, "HSIC of {} x {} cells: expected at most 60 x 60",
              context.options.cells, context.options.cells);
  auto start = [program, masks, samples, options = context.options,
                preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const std::size_t cells = masks.count();
      const std::vector<std::uint8_t> shown = binary_masks(samples, cells, options.seed);
      const Tensor baseline = baseline_of(input, options.baseline, preprocessing);
      const std::vector<double> values = masks.values(
          *session, input, baseline, samples,
          [&](std::int64_t i) {
            const auto first =
                shown.begin() + static_cast<std::ptrdiff_t>(i) * static_cast<std::ptrdiff_t>(cells);
            return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(cells));
          },
          target, progress);
      return Attribution{masks.map(hsic_of_binary(shown, values)), {}};
    };
  };
  return {{program}, start};
}

std::string masks_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} masks of {} x {} cells, in front of {}", samples, options.cells, options.cells,
                     baseline_in_words(options.baseline));
}

}  // namespace

std::vector<Method> hsic_methods() {
  return {{{"hsic", "HSIC", "novello2022making", "how far the score depends on whether each cell is shown",
            1500, MethodInfo::Values::PerPixel,
            "The brighter a part, the more the score depends on whether it is shown; whether up or down is "
            "not told.",
            "n + 0"},
           {},
           nullptr,
           compile,
           masks_in_words,
           {MethodOption::Baseline, MethodOption::Cells, MethodOption::Seed}}};
}

}  // namespace fovea
