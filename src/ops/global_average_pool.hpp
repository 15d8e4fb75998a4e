#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct GlobalAveragePoolGradientAttributes {
  Shape shape;  ///< the shape of x
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("shape", self.shape);
  }
};

/// x: [N,C,...] -> y: [N,C,1,...], the mean over all axes but the first two. x has rank 2 or more and no
/// empty plane.
const ir::Operator& global_average_pool();

/// dx, every dy divided by the plane's element count and repeated over the plane.
const ir::Operator& global_average_pool_gradient();

}  // namespace fovea::ops
