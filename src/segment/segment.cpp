#include "segment/segment_with_star.hpp"

#include "base/run_both.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"
#include "segment/energy.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace fovea {
namespace {

void check_weight(double value, const char* name) {
  constexpr double largest = 1e6;
  FOVEA_CHECK(value >= 0 && value <= largest, "{} is {}: expected 0..{}", name, value, largest);
}

void check_star(const Image& photo, const SegmentOptions& options, const StarForest& star) {
  FOVEA_CHECK(options.neighbourhood == Neighbourhood::Eight, "star convexity needs edges to 8 neighbours");
  check_same_size(photo, star.width, star.height, "the star's forest");
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
  FOVEA_CHECK(options.threads >= 1, "{} threads: expected at least 1", options.threads);
  if (guides.star)
    check_star(photo, options, *guides.star);
}

/// The colours, 3 bytes each, of the pixels that `belongs(index)` chooses.
template <class F>
std::vector<std::uint8_t> gather(const Image& rgb, F&& belongs) {
  std::vector<std::uint8_t> colours(rgb.pixels.size());  // written before it is known whether a pixel belongs
  std::size_t end = 0;
  for (std::size_t i = 0; 3 * i < rgb.pixels.size(); ++i) {
    std::copy_n(&rgb.pixels[3 * i], 3, &colours[end]);
    end += belongs(i) ? 3 : 0;
  }
  colours.resize(end);
  return colours;
}

/// One more round of models and cut. False when it gains nothing; the result is then as it was.
bool improve(const Image& rgb, const SegmentOptions& options, LabelEnergy& energy, Segmentation& result,
             double& outline) {
  const std::vector<std::uint8_t>& label = result.mask.pixels;
  const std::int64_t area = result.mask.area();
  if (area == 0 || area == static_cast<std::int64_t>(label.size()))
    return false;
  GaussianMixture foreground = result.foreground, background = result.background;
  run_both(
      options.threads,
      [&] {
        foreground =
            foreground.refit(gather(rgb, [&](std::size_t i) { return label[i] != 0; }), options.mixture);
        energy.set_foreground(foreground);
      },
      [&] {
        background =
            background.refit(gather(rgb, [&](std::size_t i) { return label[i] == 0; }), options.mixture);
        energy.set_background(background);
      });
  // Fitted to a sample, within bounds: only likely to be better on all pixels.
  const double fitted = energy.of_labels(result.mask) + outline;
  if (!(fitted <= result.energy))
    return false;
  Mask mask = energy.minimise();
  const double cut_outline = energy.of_outline(mask);
  const double cut = energy.of_labels(mask) + cut_outline;
  const bool better = cut <= fitted;
  const double before = std::exchange(result.energy, better ? cut : fitted);
  result.foreground = std::move(foreground);
  result.background = std::move(background);
  result.energies.push_back(result.energy);
  const bool moved = better && mask != result.mask;
  if (better) {
    result.mask = std::move(mask);
    outline = cut_outline;
  }
  constexpr double enough = 1e-6;
  return moved || before - result.energy > enough * std::abs(before);
}

}  // namespace

Segmentation segment_with_star(const Image& photo, const Trimap& seeds, const SegmentOptions& options,
                               SegmentGuides& guides, const std::function<StarForest()>& make_star) {
  check_arguments(photo, seeds, options, guides);
  const Image rgb = to_rgb(photo);
  const auto fit = [&](Seed kind) {
    return GaussianMixture::fit(gather(rgb, [&](std::size_t i) { return seeds.pixels[i] == kind; }),
                                options.mixture);
  };
  std::optional<LabelEnergy> energy;
  std::optional<Segmentation> result;
  const auto fit_models = [&] {
    energy.emplace(rgb, seeds, options, guides);
    result.emplace(Segmentation{{}, 0, {}, fit(Seed::Foreground), fit(Seed::Background)});
    energy->set_foreground(result->foreground);
    energy->set_background(result->background);
  };
  if (make_star) {
    std::optional<StarForest> star;
    run_both(
        options.threads, [&] { star = make_star(); }, fit_models);
    guides.star = std::move(star);
    check_star(photo, options, *guides.star);
  } else {
    fit_models();
  }
  result->mask = energy->minimise();
  double outline = energy->of_outline(result->mask);
  result->energy = energy->of_labels(result->mask) + outline;
  result->energies.push_back(result->energy);
  for (std::int64_t i = 1; i < options.iterations; ++i)
    if (!improve(rgb, options, *energy, *result, outline))
      break;
  return std::move(*result);
}

Segmentation segment(const Image& photo, const Trimap& seeds, const SegmentOptions& options,
                     const SegmentGuides& guides) {
  SegmentGuides own = guides;
  return segment_with_star(photo, seeds, options, own, {});
}

}  // namespace fovea
