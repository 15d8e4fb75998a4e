#include "fovea/localize.hpp"

#include "base/check.hpp"
#include "image/blur.hpp"
#include "image/pixels.hpp"
#include "segment/check.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

void check_options(const LocalizeOptions& options) {
  FOVEA_CHECK(options.smoothing >= 0 && options.smoothing <= 1,
              "smoothing of {} of the map's side: expected 0..1", options.smoothing);
  FOVEA_CHECK(options.min_fraction >= 0 && options.min_fraction <= 1,
              "components of {} of the largest one's area: expected 0..1", options.min_fraction);
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

/// Each pixel takes the value of the mask's pixel that its centre lies in.
Mask enlarged(const Mask& mask, std::int64_t width, std::int64_t height) {
  if (mask.width == width && mask.height == height)
    return mask;
  Mask large = Mask::blank(width, height);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      large.at(x, y) =
          mask.at((2 * x + 1) * mask.width / (2 * width), (2 * y + 1) * mask.height / (2 * height));
  return large;
}

Box box_of(const Mask& mask, const LocalizeOptions& options) {
  return options.box == BoxRule::LargestComponent ? largest_component_box(mask)
                                                  : sizeable_components_box(mask, options.min_fraction);
}

Localization cut(const Image& photo, Localization found, const LocalizeOptions& options,
                 const std::vector<Point>& centres) {
  SegmentGuides guides;
  if (options.star)
    guides.star = geodesic_forest(found.seen, centres, *options.star);
  Segmentation parts = segment(found.seen, found.seeds, options.segment, guides);
  found.mask = enlarged(parts.mask, photo.width, photo.height);
  found.box = box_of(found.mask, options);
  found.energy = parts.energy;
  found.energies = std::move(parts.energies);
  return found;
}

}  // namespace

LocalizeOptions paper_localize_options() {
  LocalizeOptions options;
  options.smoothing = 0;
  options.seeds = {0.95, 0.30};
  options.box = BoxRule::LargestComponent;
  options.max_side = 512;
  return options;
}

Localization localize(const Image& photo, const Tensor& map, const LocalizeOptions& options) {
  check_options(options);
  check_image(photo);
  Localization found;
  found.seen = reduced(photo, options.max_side);
  found.map = resize_map(smoothed(map, options.smoothing), found.seen.width, found.seen.height);
  found.seeds = seeds_from_map(found.map, options.seeds);
  const std::vector<Point> peaks = options.star ? find_peaks(found.map, options.peaks) : std::vector<Point>();
  return cut(photo, std::move(found), options, peaks);
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
  return cut(photo, std::move(found), options, centres);
}

LocalizedClass localize(PhotoExplainer& explainer, const Image& photo, std::int64_t target_class,
                        const LocalizeOptions& options) {
  FOVEA_CHECK(explainer.crops() != Crops::One,
              "the map of one crop does not cover the photo: take the whole photo or ten crops");
  LocalizedClass result{explainer.map_of(target_class), {}};
  result.object = localize(photo, result.saliency.map, options);
  return result;
}

LocalizedClass localize(Session& session, const Image& photo, const Preprocessing& preprocessing,
                        const SaliencyOptions& method, const LocalizeOptions& options) {
  PhotoExplainer explainer(session, photo, preprocessing, method.crops);
  return localize(explainer, photo,
                  method.target_class ? *method.target_class : top_k(explainer.scores(), 1).front().index,
                  options);
}

}  // namespace fovea
