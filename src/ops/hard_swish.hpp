#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = x * min(max(x / 6 + 1/2, 0), 1).
const ir::Operator& hard_swish();

/// dx = dy * (0 for x <= -3, 1 for x >= 3, x / 3 + 1/2 between). Inputs (dy, x).
const ir::Operator& hard_swish_gradient();

}  // namespace fovea::ops
