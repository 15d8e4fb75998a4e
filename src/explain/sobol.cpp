#include "base/check.hpp"
#include "explain/cell_masks.hpp"
#include "explain/method.hpp"
#include "explain/sensitivity.hpp"
#include "explain/session_batches.hpp"
#include "explain/sobol_points.hpp"

#include <fmt/format.h>

/// Sobol attribution (Fel et al. 2021): the total Sobol index of each cell of a grid, the share of the
/// score's variance under random masks that would be left if all other cells were known.
namespace fovea {
namespace {

/// Row p of the design has the point a, and for each cell the point a with that coordinate of b, where (a, b)
/// is the p-th of a sequence.
std::vector<float> mask_of(std::span<const double> points, std::size_t cells, std::size_t row,
                           std::size_t in_row) {
  const std::span<const double> point = points.subspan(row * 2 * cells, 2 * cells);
  std::vector<float> mask(cells);
  for (std::size_t c = 0; c < cells; ++c)
    mask[c] = static_cast<float>(point[in_row == c + 1 ? cells + c : c]);
  return mask;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t rows = samples_of(context, info);
  MethodContext many = context;
  many.program.batch = 10;
  auto program = compile_scores(many);
  const InputSize size = input_size(*program);
  const CellMasks masks(size.height, size.width, context.options.cells);
  const std::size_t cells = masks.count();
  const auto pictures = static_cast<std::int64_t>(cells) + 1;
  FOVEA_CHECK(2 * cells <= kMostSobolDimensions, "Sobol indices of {} x {} cells: expected at most 42 x 42",
              context.options.cells, context.options.cells);
  FOVEA_CHECK(rows >= 2 && rows <= kMaxSamples / pictures,
              "Sobol indices of {} cells from {} samples, each of {} pictures: expected 2 to {} samples",
              cells, rows, pictures, kMaxSamples / pictures);
  auto start = [program, masks, cells, rows, pictures, options = context.options,
                preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const std::vector<double> points =
          sobol_points(static_cast<std::size_t>(rows), 2 * cells, options.seed);
      const Tensor baseline = baseline_of(input, options.baseline, preprocessing);
      const std::vector<double> values = masks.values(
          *session, input, baseline, rows * pictures,
          [&](std::int64_t i) {
            return mask_of(points, cells, static_cast<std::size_t>(i / pictures),
                           static_cast<std::size_t>(i % pictures));
          },
          target, progress);
      return Attribution{masks.map(total_sobol_indices(values, cells)), {}};
    };
  };
  return {{program}, start};
}

std::string design_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} samples of each of {} x {} cells, in front of {}", samples, options.cells,
                     options.cells, baseline_in_words(options.baseline));
}

}  // namespace

std::vector<Method> sobol_methods() {
  return {{{"sobol", "Sobol indices", "fel2021look",
            "each cell's share of the score's variance under random masks", 32, MethodInfo::Values::PerPixel,
            "The brighter a part, the more the score varies with how much of it is seen; whether up or down "
            "is not told.",
            "n(c+1) + 0"},
           {},
           nullptr,
           compile,
           design_in_words,
           {MethodOption::Baseline, MethodOption::Cells, MethodOption::Seed}}};
}

}  // namespace fovea
