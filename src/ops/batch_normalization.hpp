#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct BatchNormalizationAttributes {
  double epsilon = 1e-5;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("epsilon", self.epsilon);
  }
};

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias with stored statistics. x: [N,C,...], the others:
/// [C]. The gradient exists for x alone.
const ir::Operator& batch_normalization();

/// dx = dy * scale / sqrt(variance + epsilon). Inputs (dy, scale, variance); attributes as above.
const ir::Operator& batch_normalization_gradient();

}  // namespace fovea::ops
