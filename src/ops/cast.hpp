#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct CastAttributes {
  DType to = DType::F32;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("to", self.to);
  }
};

/// y = x converted to another element type. Floating-point numbers are truncated to integers, with values out
/// of range becoming the nearest one in range and NaN becoming 0; conversion to bool is x != 0. A gradient
/// flows between floating types only.
const ir::Operator& cast();

}  // namespace fovea::ops
