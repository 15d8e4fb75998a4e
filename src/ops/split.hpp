#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct SplitAttributes {
  std::int64_t axis = 0;            ///< non-negative
  std::vector<std::int64_t> sizes;  ///< extents of the outputs along the axis; they add up to that of x
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("sizes", self.sizes);
  }
};

/// x cut along the axis into as many outputs as there are sizes. Any element type.
const ir::Operator& split();

}  // namespace fovea::ops
