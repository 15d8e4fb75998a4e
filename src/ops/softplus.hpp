#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = log(1 + exp(x)), without overflow for any x.
const ir::Operator& softplus();

/// dx = dy / (1 + exp(-x)). Inputs (dy, x).
const ir::Operator& softplus_gradient();

}  // namespace fovea::ops
