#include "fovea/localize.hpp"

#include "base/check.hpp"
#include "image/blur.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"
#include "segment/segment_with_star.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace fovea {
namespace {

void check_options(const LocalizeOptions& options) {
  FOVEA_CHECK(options.smoothing >= 0 && options.smoothing <= 1,
              "smoothing of {} of the map's side: expected 0..1", options.smoothing);
  FOVEA_CHECK(options.min_fraction >= 0 && options.min_fraction <= 1,
              "components of {} of the largest one's area: expected 0..1", options.min_fraction);
  FOVEA_CHECK(options.box_level >= 0 && std::isfinite(options.box_level),
              "a box above {} of Otsu's threshold: expected at least 0", options.box_level);
  FOVEA_CHECK(options.max_side >= 0, "segmentation at {} pixels: expected at least 0", options.max_side);
}

/// The photo, reduced where its longer side is above `max_side`.
Image reduced(const Image& photo, std::int64_t max_side) {
  const std::int64_t longer = std::max(photo.width, photo.height);
  if (max_side == 0 || longer <= max_side)
    return photo;
  const auto scaled = [&](std::int64_t side) {
    return std::max<std::int64_t>((side * max_side + longer / 2) / longer, 1);
  };
  return resize(photo, scaled(photo.width), scaled(photo.height));
}

Tensor smoothed(const Tensor& map, double smoothing) {
  const std::vector<float> values = map_values(map, "the map");
  Tensor result(DType::F32, map.shape());
  std::copy(values.begin(), values.end(), result.data<float>().begin());
  const std::int64_t height = map.shape()[0], width = map.shape()[1];
  gaussian_blur(result.data<float>(), height, width,
                smoothing * static_cast<double>(std::min(height, width)));
  return result;
}

/// The mask at the photo's size: object where the mask, drawn out between its pixels, is at least a half.
Mask enlarged(const Mask& mask, std::int64_t width, std::int64_t height) {
  if (mask.width == width && mask.height == height)
    return mask;
  Tensor grey(DType::F32, {mask.height, mask.width});
  std::copy(mask.pixels.begin(), mask.pixels.end(), grey.data<float>().begin());
  const Tensor large_grey = resize_map(grey, width, height);
  Mask large = Mask::blank(width, height);
  std::transform(large_grey.data<float>().begin(), large_grey.data<float>().end(), large.pixels.begin(),
                 [](float value) { return static_cast<std::uint8_t>(value >= 0.5F); });
  return large;
}

Box box_of(const Mask& mask, const LocalizeOptions& options) {
  return options.box == BoxRule::LargestComponent ? largest_component_box(mask)
                                                  : sizeable_components_box(mask, options.min_fraction);
}

/// The mask of the pixels of a map [H,W] of F32 that are above a value.
Mask pixels_above(const Tensor& map, double value) {
  Mask mask = Mask::blank(map.shape()[1], map.shape()[0]);
  std::transform(map.data<float>().begin(), map.data<float>().end(), mask.pixels.begin(),
                 [&](float pixel) { return static_cast<std::uint8_t>(pixel > value); });
  return mask;
}

/// The mean of two boxes, to whole pixels outwards; of an empty one and another, the other.
Box mean(const Box& a, const Box& b) {
  if (a.empty() || b.empty())
    return a.empty() ? b : a;
  return {(a.x0 + b.x0) / 2, (a.y0 + b.y0) / 2, (a.x1 + b.x1 + 1) / 2, (a.y1 + b.y1 + 1) / 2};
}

Localization cut(Localization found, const LocalizeOptions& options, const std::vector<Point>& centres,
                 SegmentGuides guides = {}) {
  std::function<StarForest()> make_star;
  if (options.star)
    make_star = [&] { return geodesic_forest(found.seen, centres, *options.star); };
  Segmentation parts = segment_with_star(found.seen, found.seeds, options.segment, guides, make_star);
  found.mask = std::move(parts.mask);
  found.energy = parts.energy;
  found.energies = std::move(parts.energies);
  return found;
}

/// The cut that the map leads at every pixel, not by its seeds alone. Seeds from the map are soft.
Localization cut_with_prior(Localization found, LocalizeOptions options, const std::vector<Point>& centres,
                            SeedStrength foreground = SeedStrength::Soft,
                            SeedStrength background = SeedStrength::Soft) {
  const PriorOptions& settings = *options.prior;
  options.segment.colour_weight = settings.colour_weight;
  options.segment.smoothness = settings.smoothness;
  options.segment.foreground_seeds = foreground;
  options.segment.background_seeds = background;
  options.segment.soft_seed_cost = 0;
  // As a prior: background costs kMaxLogOdds * prior, object kMaxLogOdds * (1 - prior).
  const Tensor odds = object_log_odds(found.map, settings);
  Tensor prior(DType::F32, odds.shape());
  std::transform(odds.data<float>().begin(), odds.data<float>().end(), prior.data<float>().begin(),
                 [](float nats) { return 0.5F + nats / static_cast<float>(2 * kMaxLogOdds); });
  options.segment.prior_weight = kMaxLogOdds;
  found = cut(std::move(found), options, centres, {prior, {}});
  if (found.mask.area() == 0)
    found.mask = pixels_above(odds, 0);
  return found;
}

/// The map that all together are, at the size of the photo that is segmented, and its seeds.
void take_maps(Localization& found, std::span<const Tensor> maps, const LocalizeOptions& options) {
  std::vector<Tensor> resized;
  for (const Tensor& map : maps)
    resized.push_back(resize_map(smoothed(map, options.smoothing), found.seen.width, found.seen.height));
  found.map = multiply_maps(resized);
  found.seeds = seeds_from_map(found.map, options.seeds);
}

Localization brought_back(Localization found, const Image& photo, const LocalizeOptions& options) {
  found.mask = enlarged(found.mask, photo.width, photo.height);
  found.box = box_of(found.mask, options);
  return found;
}

}  // namespace

LocalizeOptions paper_localize_options() {
  LocalizeOptions options;
  options.smoothing = 0;
  options.seeds = {0.95, 0.30};
  options.prior.reset();
  options.box = BoxRule::LargestComponent;
  options.box_level = 0;
  options.max_side = 512;
  return options;
}

LocalizeOptions stroke_localize_options() {
  LocalizeOptions options;
  options.prior.reset();
  options.segment.smoothness = 25;
  options.segment.iterations = 5;
  options.star.emplace();
  return options;
}

Localization localize(const Image& photo, const Tensor& map, const LocalizeOptions& options) {
  return localize(photo, std::span<const Tensor>(&map, 1), options);
}

Localization localize(const Image& photo, std::span<const Tensor> maps, const LocalizeOptions& options) {
  check_options(options);
  check_image(photo);
  Localization found;
  found.seen = reduced(photo, options.max_side);
  take_maps(found, maps, options);
  const std::vector<Point> peaks = options.star ? find_peaks(found.map, options.peaks) : std::vector<Point>();
  if (!options.prior)
    return brought_back(cut(std::move(found), options, peaks), photo, options);
  found = brought_back(cut_with_prior(std::move(found), options, peaks), photo, options);
  if (options.box_level > 0 && !found.box.empty()) {
    const Mask above = pixels_above(found.map, options.box_level * otsu_threshold(found.map));
    found.box = mean(found.box, box_of(enlarged(above, photo.width, photo.height), options));
  }
  return found;
}

Localization localize(const Image& photo, const Trimap& seeds, const LocalizeOptions& options) {
  check_options(options);
  check_trimap(seeds);
  check_same_size(photo, seeds.width, seeds.height, "the seeds");
  FOVEA_CHECK(seeds.count(Seed::Foreground) > 0, "no pixel is a foreground seed");
  Localization found;
  found.seen = photo;
  found.seeds = seeds;
  const std::vector<Point> centres = options.star ? points_of(seeds, Seed::Foreground) : std::vector<Point>();
  return brought_back(cut(std::move(found), options, centres), photo, options);
}

Localization localize(const Image& photo, std::span<const Tensor> maps, const Trimap& seeds,
                      const LocalizeOptions& options) {
  check_options(options);
  check_trimap(seeds);
  check_same_size(photo, seeds.width, seeds.height, "the seeds");
  Localization found;
  found.seen = photo;
  take_maps(found, maps, options);
  const bool has_object = seeds.count(Seed::Foreground) > 0;
  const bool has_background = seeds.count(Seed::Background) > 0;
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i) {
    Seed& seed = found.seeds.pixels[i];
    const bool is_given =
        (seed == Seed::Foreground && has_object) || (seed == Seed::Background && has_background);
    if (seeds.pixels[i] != Seed::Unknown)
      seed = seeds.pixels[i];
    else if (options.prior && is_given)
      seed = Seed::Unknown;
  }
  std::vector<Point> centres;
  if (options.star)
    centres = has_object ? points_of(seeds, Seed::Foreground) : find_peaks(found.map, options.peaks);
  const auto strength = [](bool is_painted) { return is_painted ? SeedStrength::Hard : SeedStrength::Soft; };
  found = options.prior ? cut_with_prior(std::move(found), options, centres, strength(has_object),
                                         strength(has_background))
                        : cut(std::move(found), options, centres);
  return brought_back(std::move(found), photo, options);
}

LocalizedClass localize(Explainer& explain, const FramedPhoto& photo, const ExplainTarget& target,
                        const LocalizeOptions& options) {
  FOVEA_CHECK(explain.crops() != Crops::One,
              "the map of the centre crop does not cover the photo: take the whole photo or ten crops");
  std::vector<Explanation> all = explain.all(photo, target);
  std::vector<Tensor> maps;
  for (const Explanation& one : all)
    maps.push_back(one.map);
  return {std::move(all.front()), localize(photo.photo(), maps, options)};
}

LocalizedClass localize(Explainer& explain, Image photo, const ExplainTarget& target,
                        const LocalizeOptions& options) {
  return localize(explain, explain.frame(std::move(photo)), target, options);
}

ExplainOptions object_explain_options(ExplainOptions options) {
  options.method = "fused-layer-cam";
  options.further_methods.clear();
  options.crops = Crops::WholeAndMirror;
  return options;
}

}  // namespace fovea
