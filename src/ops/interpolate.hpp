#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct InterpolateAttributes {
  std::int64_t axis = 0;  ///< non-negative
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
  }
};

/// InterpolateAttributes, and the extent of x along the axis.
struct InterpolateGradientAttributes {
  std::int64_t axis = 0;
  std::int64_t extent = 1;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("extent", self.extent);
  }
};

/// Resampling along one axis: y[..., m, ...] = sum over k of weights[m,k] * x[..., indices[m,k], ...]. x:
/// floating, n along the axis; indices: int64 [M,K] from 0 to n-1; weights: [M,K] of x's type; y: M along the
/// axis. InputError for an index out of range. The gradient exists for x alone.
const ir::Operator& interpolate();

/// dx, by the transpose of this linear map. Inputs (dy, indices, weights).
const ir::Operator& interpolate_gradient();

}  // namespace fovea::ops
