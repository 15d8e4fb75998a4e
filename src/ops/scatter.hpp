#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct ScatterAttributes {
  std::string reduction = "none";  ///< none (replace), add, mul, max or min
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("reduction", self.reduction);
  }
};

/// y = x with the rows that indices name (along the first axis) replaced by, or combined with, those of
/// updates, one after the other. x: [N,...] of any element type (a reduction: floating or int64), indices:
/// int64 [R], updates: [R,...]. Negative indices count from the end; InputError for one out of range.
/// Gradients for x and updates, the reductions mul, max and min excepted; indices must not repeat for `none`,
/// or each of their updates gets the row's gradient.
const ir::Operator& scatter();

}  // namespace fovea::ops
