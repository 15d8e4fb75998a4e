#include "base/check.hpp"
#include "explain/least_squares.hpp"
#include "explain/method.hpp"
#include "explain/region_masks.hpp"
#include "explain/session_batches.hpp"
#include "explain/shapley_coalitions.hpp"

#include <fmt/format.h>

/// Kernel SHAP (Lundberg & Lee 2017): Shapley values of a picture's regions, by the weighted regression of
/// the score on which of them are shown. Hidden regions show the baseline.
namespace fovea {
namespace {

/// Minimises sum_z w(z) (v(z) - v(none) - sum_k z_k phi_k)^2 under sum_k phi_k = v(all) - v(none), with which
/// the last phi is eliminated. `values` begins with v(all) and v(none).
std::vector<double> shapley_values(const std::vector<Coalition>& coalitions, std::size_t regions,
                                   std::span<const double> values) {
  const double whole = values[0] - values[1];
  if (regions == 1)
    return {whole};
  std::vector<double> rows, weights, right;
  for (std::size_t i = 0; i < coalitions.size(); ++i) {
    const RegionMask& shown = coalitions[i].shown;
    const double last = shown.back() ? 1 : 0;
    for (std::size_t k = 0; k + 1 < regions; ++k)
      rows.push_back((shown[k] ? 1 : 0) - last);
    weights.push_back(coalitions[i].weight);
    right.push_back(values[i + 2] - values[1] - last * whole);
  }
  std::vector<double> phi = weighted_least_squares(rows, weights, right, 0);
  double rest = whole;
  for (const double value : phi)
    rest -= value;
  phi.push_back(rest);
  return phi;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t samples = samples_of(context, info);
  MethodContext many = context;
  many.program.batch = batch_for(samples + 2);
  auto program = compile_scores(many);
  const RegionCount regions = region_count(context.options, samples, input_size(*program));
  FOVEA_CHECK(
      regions.found < 2 || samples >= least_coalitions(regions.found),
      "Shapley values of {} regions take at least {} samples, found {}: more samples or fewer segments "
      "would work",
      regions.found, least_coalitions(regions.found), samples);
  auto start = [program, regions, samples, options = context.options,
                preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const RegionMasks masks(input, preprocessing, regions.wanted);
      const std::size_t count = masks.count();
      std::vector<Coalition> coalitions;
      if (count > 1)
        coalitions = shapley_coalitions(static_cast<std::int64_t>(count), samples, options.seed);
      std::vector<RegionMask> shown = {RegionMask(count, true), RegionMask(count, false)};
      for (const Coalition& coalition : coalitions)
        shown.push_back(coalition.shown);
      const Tensor baseline = baseline_of(input, options.baseline, preprocessing);
      const std::vector<double> values = masks.values(*session, input, baseline, shown, target, progress);
      return Attribution{masks.map(shapley_values(coalitions, count, values)), {}};
    };
  };
  return {{program}, start};
}

std::string coalitions_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("up to {} coalitions of {}, hidden ones showing {}", samples,
                     count_in_words(options, samples), baseline_in_words(options.baseline));
}

}  // namespace

std::vector<Method> kernel_shap_methods() {
  return {{{"kernel-shap", "Kernel SHAP", "lundberg2017unified",
            "Shapley values of the picture's regions, by regression", 1000, MethodInfo::Values::PerPixel,
            "The brighter a region, the larger its fair share of the difference between the photo's score "
            "and the baseline's.",
            "n + 0"},
           {},
           nullptr,
           compile,
           coalitions_in_words,
           {MethodOption::Baseline, MethodOption::Segments, MethodOption::Seed}}};
}

}  // namespace fovea
