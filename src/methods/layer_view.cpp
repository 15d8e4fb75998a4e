#include "methods/layer_view.hpp"

#include "base/check.hpp"

namespace fovea {

LayerView view_of(const TensorInfo& layer) {
  const Shape& s = layer.shape;
  switch (s.rank()) {
  case 2:
    return {s[1], 1, 1, 1, 1};
  case 3:
    return {s[2], 1, s[1], 1, s[2]};
  case 4:
    return {s[1], s[2], s[3], s[2] * s[3], 1};
  default:
    throw InputError(
        fmt::format("layer '{}' has shape {}: expected [N,C], [N,T,C] or [N,C,H,W], where channels are known",
                    layer.name, to_string(s)));
  }
}

}  // namespace fovea
