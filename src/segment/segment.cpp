#include "fovea/segment.hpp"

#include "image/pixels.hpp"
#include "segment/check.hpp"
#include "segment/energy.hpp"

#include <cmath>
#include <utility>

namespace fovea {
namespace {

void check_weight(double value, const char* name) {
  constexpr double largest = 1e6;
  FOVEA_CHECK(value >= 0 && value <= largest, "{} is {}: expected 0..{}", name, value, largest);
}

void check_arguments(const Image& photo, const Trimap& seeds, const SegmentOptions& options,
                     const SegmentGuides& guides) {
  check_trimap(seeds);
  check_same_size(photo, seeds.width, seeds.height, "the trimap");
  FOVEA_CHECK(seeds.count(Seed::Foreground) > 0, "no pixel is a foreground seed");
  FOVEA_CHECK(seeds.count(Seed::Background) > 0, "no pixel is a background seed");
  check_weight(options.colour_weight, "the colour weight");
  check_weight(options.smoothness, "the smoothness");
  check_weight(options.contrast, "the contrast");
  check_weight(options.soft_seed_cost, "the cost of a soft seed");
  check_weight(options.prior_weight, "the prior's weight");
  FOVEA_CHECK(options.iterations >= 1, "{} cuts: expected at least 1", options.iterations);
  if (!guides.prior.empty()) {
    FOVEA_CHECK(guides.prior.shape().rank() == 2, "the prior: expected an array [height, width], found {}",
                to_string(guides.prior.shape()));
    check_same_size(photo, guides.prior.shape()[1], guides.prior.shape()[0], "the prior");
  }
  if (!guides.star)
    return;
  FOVEA_CHECK(options.neighbourhood == Neighbourhood::Eight, "star convexity needs edges to 8 neighbours");
  check_same_size(photo, guides.star->width, guides.star->height, "the star's forest");
}

/// The colours, 3 bytes each, of the pixels that `belongs(index)` chooses.
template <class F>
std::vector<std::uint8_t> gather(const Image& rgb, F&& belongs) {
  std::vector<std::uint8_t> colours;
  for (std::size_t i = 0; 3 * i < rgb.pixels.size(); ++i)
    if (belongs(i))
      colours.insert(colours.end(), &rgb.pixels[3 * i], &rgb.pixels[3 * i] + 3);
  return colours;
}

/// One more round of models and cut. False when it gains nothing; the result is then as it was.
bool improve(const Image& rgb, const SegmentOptions& options, LabelEnergy& energy, Segmentation& result) {
  const std::vector<std::uint8_t>& label = result.mask.pixels;
  const auto inside = gather(rgb, [&](std::size_t i) { return label[i] != 0; });
  const auto outside = gather(rgb, [&](std::size_t i) { return label[i] == 0; });
  if (inside.empty() || outside.empty())
    return false;
  GaussianMixture foreground = result.foreground.refit(inside, options.mixture);
  GaussianMixture background = result.background.refit(outside, options.mixture);
  energy.set_models(foreground, background);
  // Fitted to a sample, within bounds: only likely to be better on all pixels.
  const double fitted = energy.of(result.mask);
  if (!(fitted <= result.energy))
    return false;
  Mask mask = energy.minimise();
  const double cut = energy.of(mask);
  const bool better = cut <= fitted;
  const double before = std::exchange(result.energy, better ? cut : fitted);
  result.foreground = std::move(foreground);
  result.background = std::move(background);
  result.energies.push_back(result.energy);
  const bool moved = better && mask != result.mask;
  if (better)
    result.mask = std::move(mask);
  constexpr double enough = 1e-6;
  return moved || before - result.energy > enough * std::abs(before);
}

}  // namespace

Segmentation segment(const Image& photo, const Trimap& seeds, const SegmentOptions& options,
                     const SegmentGuides& guides) {
  check_arguments(photo, seeds, options, guides);
  const Image rgb = to_rgb(photo);
  const auto colours_of = [&](Seed kind) {
    return gather(rgb, [&](std::size_t i) { return seeds.pixels[i] == kind; });
  };
  LabelEnergy energy(rgb, seeds, options, guides);
  Segmentation result{{},
                      0,
                      {},
                      GaussianMixture::fit(colours_of(Seed::Foreground), options.mixture),
                      GaussianMixture::fit(colours_of(Seed::Background), options.mixture)};
  energy.set_models(result.foreground, result.background);
  result.mask = energy.minimise();
  result.energy = energy.of(result.mask);
  result.energies.push_back(result.energy);
  for (std::int64_t i = 1; i < options.iterations; ++i)
    if (!improve(rgb, options, energy, result))
      break;
  return result;
}

}  // namespace fovea
