#include "report/concept_pictures.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// Heights of panels in figures of maps alone, and of maps beside patches.
constexpr std::int64_t kLarge = 224, kSmall = 132;

}  // namespace

Image map_over(const Image& photo, const Tensor& map, std::optional<double> white) {
  const Image grey = scale_to_grey(map, white ? *white : white_level(map, {}));
  return overlay(photo, enlarge_map(grey, photo.width, photo.height));
}

Figure concept_figure(const Image& photo, const Tensor& whole, const std::vector<ConceptView>& views,
                      const std::string& heading, const std::string& details) {
  std::size_t patches = 0;
  for (const ConceptView& view : views)
    patches = std::max(patches, view.patches.size());
  std::vector<Panel> panels = {{photo, "Photo", ""}, {map_over(photo, whole), "All channels", ""}};
  if (patches == 0) {
    for (const ConceptView& view : views)
      panels.push_back({map_over(photo, view.map), view.title, view.caption});
    return {heading, details, std::move(panels), 4, kLarge};
  }
  const std::size_t columns = 1 + std::max<std::size_t>(patches, 1);
  panels.resize(std::max(columns, panels.size()));
  for (const ConceptView& view : views) {
    panels.push_back({map_over(photo, view.map), view.title, view.caption});
    panels.insert(panels.end(), view.patches.begin(), view.patches.end());
    panels.resize(panels.size() + patches - view.patches.size());
  }
  return {heading, details, std::move(panels), static_cast<std::int64_t>(columns), kSmall};
}

}  // namespace fovea
