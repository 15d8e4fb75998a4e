#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = 1 / (1 + exp(-x)), without overflow for any x.
const ir::Operator& sigmoid();

/// dx = dy * y * (1 - y), from the output of Sigmoid. Inputs (dy, y).
const ir::Operator& sigmoid_gradient();

}  // namespace fovea::ops
