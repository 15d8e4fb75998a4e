#include "fovea/explain.hpp"

namespace fovea {

DisplayLevels Explanation::levels(const DisplayRange& range) const {
  return display_levels(map, values, range);
}

Image Explanation::grey(const DisplayRange& range) const {
  return scale_to_grey(map, levels(range), range.gamma);
}

Image Explanation::heat(std::string_view colormap, const DisplayRange& range) const {
  return colorize(grey(range), colormap);
}

Image Explanation::overlay(std::string_view colormap, const DisplayRange& range) const {
  return fovea::overlay(seen, grey(range), colormap);
}

}  // namespace fovea
