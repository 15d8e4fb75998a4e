#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// Attributes of ReduceSum, ReduceMean and ReduceMax.
struct ReduceAttributes {
  std::vector<std::int64_t> axes;  ///< non-negative, ascending; none leaves x as it is
  std::int64_t keep_dims = 1;      ///< 1: reduced axes stay with extent 1; 0: they are removed
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axes", self.axes);
    f("keep_dims", self.keep_dims);
  }
};

/// y = the sum of x over the axes. Floating or int64.
const ir::Operator& reduce_sum();

}  // namespace fovea::ops
