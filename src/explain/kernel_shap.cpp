#include "base/check.hpp"
#include "explain/method.hpp"
#include "explain/region_masks.hpp"
#include "explain/region_regressions.hpp"
#include "explain/session_batches.hpp"
#include "explain/shapley_coalitions.hpp"

#include <fmt/format.h>

/// Kernel SHAP (Lundberg & Lee 2017): Shapley values of a picture's regions, by the weighted regression of
/// the score on which of them are shown. Hidden regions show the baseline.
namespace fovea {
namespace {

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
