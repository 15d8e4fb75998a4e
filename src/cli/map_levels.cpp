#include "cli/map_levels.hpp"

#include <algorithm>

namespace fovea::cli {

ShownLevels shown_levels(const SaliencyMap& result, const MethodInfo& info, const DisplayRange& range) {
  const auto values = result.map.data<float>();
  const bool shared = info.values == MethodInfo::Values::PerPixel;
  return {shared ? *std::min_element(values.begin(), values.end()) : 0, white_level(result.map, range)};
}

Image grey_of(const Tensor& map, const ShownLevels& levels, double gamma) {
  if (levels.black == 0)
    return scale_to_grey(map, levels.white, gamma);
  Tensor above = map.clone();
  for (float& value : above.data<float>())
    value -= static_cast<float>(levels.black);
  return scale_to_grey(above, levels.white - levels.black, gamma);
}

}  // namespace fovea::cli
