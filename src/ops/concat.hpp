#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct ConcatAttributes {
  std::int64_t axis = 0;  ///< non-negative
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
  }
};

/// Concatenates one or more inputs along the axis; all other extents are equal. Any element type.
const ir::Operator& concat();

}  // namespace fovea::ops
