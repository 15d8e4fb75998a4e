#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the hyperbolic tangent of x.
const ir::Operator& tanh();

/// dx = dy * (1 - y^2), from the output of Tanh. Inputs (dy, y).
const ir::Operator& tanh_gradient();

}  // namespace fovea::ops
