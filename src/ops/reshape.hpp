#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct ReshapeAttributes {
  Shape shape;  ///< the result's shape, every extent known
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("shape", self.shape);
  }
};

/// The same elements under another shape. ONNX's Flatten, Squeeze and Unsqueeze become it. Any element type.
const ir::Operator& reshape();

}  // namespace fovea::ops
