#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct GatherAttributes {
  std::int64_t axis = 0;  ///< non-negative
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
  }
};

/// GatherAttributes, and the shape of x.
struct GatherGradientAttributes {
  std::int64_t axis = 0;
  Shape shape;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("shape", self.shape);
  }
};

/// y: x.shape[:axis] + indices.shape + x.shape[axis+1:], slices of x picked along the axis by indices
/// (int64). Negative indices count from the end; InputError for one out of range. x: any element type.
const ir::Operator& gather();

/// dx: `shape`, every slice of dy added where it was picked. Inputs (dy, indices).
const ir::Operator& gather_gradient();

}  // namespace fovea::ops
