#include "report/photo_region.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

double proportion(const Image& picture) {
  return static_cast<double>(picture.width) / static_cast<double>(picture.height);
}

Image levels_of(const Explanation& result, std::string_view colormap, const DisplayRange& range) {
  return is_diverging(colormap) ? result.signed_grey(range) : result.grey(range);
}

}  // namespace

Image for_panel(const Image& photo) {
  if (photo.height <= kMostPanelRows)
    return photo;
  const double width = std::round(proportion(photo) * static_cast<double>(kMostPanelRows));
  return resize(photo, std::max<std::int64_t>(static_cast<std::int64_t>(width), 1), kMostPanelRows);
}

Image region_of(const Image& photo, const Explanation& result) {
  const Image part = crop(photo, result.region);
  return part.height < result.seen.height || part.width < result.seen.width ? result.seen : for_panel(part);
}

Image heat_for(const Image& region, const Explanation& result, std::string_view colormap,
               const DisplayRange& range) {
  const Image levels = levels_of(result, colormap, range);
  const double stretch = proportion(region) / proportion(levels);
  if (std::abs(std::log(stretch)) < 0.02)
    return colorize(levels, colormap);
  const auto times = [](std::int64_t side, double factor) {
    return static_cast<std::int64_t>(std::lround(static_cast<double>(side) * std::max(factor, 1.0)));
  };
  return colorize(enlarge_map(levels, times(levels.width, stretch), times(levels.height, 1 / stretch)),
                  colormap);
}

Image overlay_on_region(const Image& region, const Explanation& result, const OverlayStyle& style,
                        const DisplayRange& range) {
  return overlay(region, enlarge_map(levels_of(result, style.colormap, range), region.width, region.height),
                 style);
}

}  // namespace fovea
