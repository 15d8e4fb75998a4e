#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the square root of x; NaN for negative x.
const ir::Operator& sqrt();

/// dx = dy / (2 * y), from the output of Sqrt. Inputs (dy, y).
const ir::Operator& sqrt_gradient();

}  // namespace fovea::ops
