#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct HardSigmoidAttributes {
  double alpha = 0.2;
  double beta = 0.5;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
    f("beta", self.beta);
  }
};

/// y = min(max(alpha * x + beta, 0), 1). A NaN stays a NaN.
const ir::Operator& hard_sigmoid();

/// dx = dy * alpha * 1(0 < y < 1), from the output of HardSigmoid. Inputs (dy, y).
const ir::Operator& hard_sigmoid_gradient();

}  // namespace fovea::ops
