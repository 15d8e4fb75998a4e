#include "base/check.hpp"
#include "base/random.hpp"
#include "explain/method.hpp"
#include "explain/region_masks.hpp"
#include "explain/region_regressions.hpp"
#include "explain/session_batches.hpp"

#include <fmt/format.h>

/// LIME (Ribeiro et al. 2016) for pictures: the coefficients of a ridge regression of the score on which
/// regions of the picture are shown, in which masks count the more the more they show.
namespace fovea {
namespace {

/// The whole picture, and masks that show each region with probability 1/2.
std::vector<RegionMask> random_masks(std::size_t regions, std::int64_t samples, std::uint64_t seed) {
  Random random(seed);
  std::vector<RegionMask> masks = {RegionMask(regions, true)};
  while (static_cast<std::int64_t>(masks.size()) < samples) {
    RegionMask& mask = masks.emplace_back(regions, false);
    for (std::size_t k = 0; k < regions; ++k)
      mask[k] = random.uniform() < 0.5;
  }
  return masks;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t samples = samples_of(context, info);
  MethodContext many = context;
  many.program.batch = batch_for(samples);
  auto program = compile_scores(many);
  const RegionCount regions = region_count(context.options, samples, input_size(*program));
  FOVEA_CHECK(samples > regions.found,
              "coefficients of {} regions take at least {} samples, found {}: more samples or fewer segments "
              "would work",
              regions.found, regions.found + 1, samples);
  auto start = [program, regions, samples, options = context.options,
                preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const RegionMasks masks(input, preprocessing, regions.wanted);
      const std::vector<RegionMask> shown = random_masks(masks.count(), samples, options.seed);
      const Tensor baseline = baseline_of(input, options.baseline, preprocessing);
      return Attribution{masks.map(lime_coefficients(
                             shown, masks.values(*session, input, baseline, shown, target, progress))),
                         {}};
    };
  };
  return {{program}, start};
}

std::string masks_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} masks of {}, hidden ones showing {}", samples, count_in_words(options, samples),
                     baseline_in_words(options.baseline));
}

}  // namespace

std::vector<Method> lime_methods() {
  return {{{"lime", "LIME", "ribeiro2016why", "a linear model of the score over regions shown and hidden",
            1000, MethodInfo::Values::PerPixel,
            "The brighter a region, the more showing it raises the score, in copies of the photo with random "
            "regions hidden.",
            "n + 0"},
           {},
           nullptr,
           compile,
           masks_in_words,
           {MethodOption::Baseline, MethodOption::Segments, MethodOption::Seed}}};
}

}  // namespace fovea
