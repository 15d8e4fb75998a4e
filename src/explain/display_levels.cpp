#include "fovea/explain.hpp"

#include <algorithm>

namespace fovea {

DisplayLevels display_levels(const Tensor& map, MethodInfo::Values values, const DisplayRange& range) {
  const double white = white_level(map, range);
  if (values == MethodInfo::Values::PerChannel)
    return {0, white};
  const auto data = map.data<float>();
  return {*std::min_element(data.begin(), data.end()), white};
}

}  // namespace fovea
