#include "explain/region_masks.hpp"

#include "base/check.hpp"
#include "explain/session_batches.hpp"
#include "image/regions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

std::int64_t default_regions(std::int64_t samples) {
  return std::clamp<std::int64_t>(samples / 16, 2, 64);
}

}  // namespace

RegionCount region_count(const MethodOptions& options, std::int64_t samples, const InputSize& size) {
  const std::int64_t most = size.height * size.width / 4;
  FOVEA_CHECK(options.segments == 0 || (options.segments >= 2 && options.segments <= most),
              "{} regions in pictures of {}x{} pixels: expected 2 to {}, a fourth of the pixels",
              options.segments, size.width, size.height, most);
  const std::int64_t wanted = options.segments > 0
                                  ? options.segments
                                  : std::min(default_regions(samples), std::max<std::int64_t>(most, 1));
  return {wanted, watershed_region_count(size.width, size.height, wanted)};
}

std::string count_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("about {} regions", options.segments > 0 ? options.segments : default_regions(samples));
}

RegionMasks::RegionMasks(const Tensor& input, const Preprocessing& preprocessing, std::int64_t wanted)
    : height_(input.shape()[1]), width_(input.shape()[2]),
      region_of_(static_cast<std::size_t>(height_ * width_), 0) {
  const Image picture =
      denormalize(input.data<float>().data(), preprocessing, input.shape()[0], width_, height_);
  for (const Region& region : watershed_regions(picture, wanted)) {
    for (const std::uint32_t pixel : region)
      region_of_[pixel] = static_cast<std::uint32_t>(count_);
    ++count_;
  }
}

std::vector<double> RegionMasks::values(Session& session, const Tensor& input, const Tensor& baseline,
                                        const std::vector<RegionMask>& masks, const ExplainedScore& target,
                                        const SampleProgress& progress) const {
  const auto x = input.data<float>(), b = baseline.data<float>();
  const std::size_t pixels = region_of_.size();
  std::vector<double> values;
  values.reserve(masks.size());
  run_batched(
      session, static_cast<std::int64_t>(masks.size()), target,
      [&](std::int64_t i, std::int64_t, std::span<float> picture) {
        const RegionMask& shown = masks[static_cast<std::size_t>(i)];
        for (std::size_t channel = 0; channel < picture.size(); channel += pixels)
          for (std::size_t k = 0; k < pixels; ++k)
            picture[channel + k] = shown[region_of_[k]] ? x[channel + k] : b[channel + k];
      },
      [&](const HeldSamples& held) {
        for (std::int64_t n = 0; n < held.count; ++n)
          values.push_back(value_of(scores_of(session, n), target));
      },
      progress);
  return values;
}

Tensor RegionMasks::map(std::span<const double> values) const {
  Tensor result(DType::F32, {1, height_, width_});
  std::transform(region_of_.begin(), region_of_.end(), result.data<float>().begin(),
                 [values](std::uint32_t region) { return static_cast<float>(values[region]); });
  return result;
}

}  // namespace fovea
