#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct LeakyReluAttributes {
  double alpha = 0.01;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
  }
};

/// y = x for x >= 0, alpha * x elsewhere. A NaN stays a NaN.
const ir::Operator& leaky_relu();

/// dx = dy * (x > 0 ? 1 : alpha): alpha at 0. Inputs (dy, x).
const ir::Operator& leaky_relu_gradient();

}  // namespace fovea::ops
