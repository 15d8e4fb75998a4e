#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = x for x >= 0, slope * x elsewhere; slope is broadcast to x's shape. A NaN stays a NaN. The gradient
/// exists for x alone.
const ir::Operator& prelu();

/// dx = dy * (x > 0 ? 1 : slope). Inputs (dy, x, slope).
const ir::Operator& prelu_gradient();

}  // namespace fovea::ops
