#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct CumSumAttributes {
  std::int64_t axis = 0;       ///< non-negative
  std::int64_t exclusive = 0;  ///< 1: without the element itself
  std::int64_t reverse = 0;    ///< 1: from the end
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("exclusive", self.exclusive);
    f("reverse", self.reverse);
  }
};

/// y = the sum of the elements up to each one along the axis. Floating or int64.
const ir::Operator& cum_sum();

}  // namespace fovea::ops
