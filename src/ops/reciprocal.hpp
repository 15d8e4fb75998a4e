#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = 1 / x.
const ir::Operator& reciprocal();

/// dx = -dy * y^2, from the output of Reciprocal. Inputs (dy, y).
const ir::Operator& reciprocal_gradient();

}  // namespace fovea::ops
