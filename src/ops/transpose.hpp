#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct TransposeAttributes {
  std::vector<std::int64_t> perm;  ///< axis i of the result is axis perm[i] of x
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("perm", self.perm);
  }
};

/// y = x with its axes permuted. Any element type.
const ir::Operator& transpose();

}  // namespace fovea::ops
