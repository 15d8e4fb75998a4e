#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct ExpandAttributes {
  Shape shape;  ///< the result's shape, to which x must broadcast without growing it further
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("shape", self.shape);
  }
};

/// y = x, repeated along axes of extent 1 and along new leading axes. Any element type.
const ir::Operator& expand();

}  // namespace fovea::ops
