#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct EluAttributes {
  double alpha = 1;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("alpha", self.alpha);
  }
};

/// y = x for x > 0, alpha * (exp(x) - 1) elsewhere.
const ir::Operator& elu();

/// dx = dy * (x > 0 ? 1 : alpha * exp(x)). Inputs (dy, x).
const ir::Operator& elu_gradient();

}  // namespace fovea::ops
