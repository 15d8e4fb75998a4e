#pragma once

#include "ir/operator.hpp"

#include <limits>

namespace fovea::ops {

struct ClipAttributes {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("min", self.min);
    f("max", self.max);
  }
};

/// y = min(max(x, a.min), a.max), so `max` wins where the bounds cross. A NaN stays a NaN.
const ir::Operator& clip();

/// dx = dy * 1(min <= x <= max): 1 at the bounds. So the Clip(0, 6) after a Relu, which is how ReLU6 is often
/// written, masks nothing of its own at the many zeros it reads, whatever the Relu's rule. Inputs (dy, x).
const ir::Operator& clip_gradient();

}  // namespace fovea::ops
