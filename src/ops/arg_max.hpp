#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct ArgMaxAttributes {
  std::int64_t axis = 0;       ///< non-negative
  std::int64_t keep_dims = 1;  ///< 1: the axis stays with extent 1; 0: it is removed
  std::int64_t last = 0;       ///< 1: the last of equal largest elements; 0: the first
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("axis", self.axis);
    f("keep_dims", self.keep_dims);
    f("last", self.last);
  }
};

/// The index (int64) of the largest element along the axis. Floating or int64; a NaN is never the largest.
/// InputError for an empty axis.
const ir::Operator& arg_max();

}  // namespace fovea::ops
