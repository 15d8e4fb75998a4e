#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct LayerNormalizationAttributes {
  std::int64_t axis = -1;  ///< the first normalised axis; it and all after it are. Negative: from the end
  double epsilon = 1e-5;   ///< 0 or more
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("epsilon", self.epsilon);
  }
};

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, with mean and (biased) variance over the axes
/// from `axis` on, separately for every index of the axes before. x: floating, any rank above `axis`; scale,
/// bias: x.shape[axis:], either may be absent (1 and 0). The gradient exists for x alone. Source:
/// ba2016layer.
const ir::Operator& layer_normalization();

/// dx = r * (g - mean(g) - z * mean(g * z)) with z = (x - mean) * r, r = 1 / sqrt(variance + epsilon) and
/// g = dy * scale. Inputs (dy, x, scale?); attributes as above. Statistics are computed anew from x.
const ir::Operator& layer_normalization_gradient();

}  // namespace fovea::ops
