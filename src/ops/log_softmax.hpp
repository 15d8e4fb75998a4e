#pragma once

#include "ir/operator.hpp"
#include "ops/softmax.hpp"

namespace fovea::ops {

/// y = x - log(sum of exp(x) along the axis), without overflow. SoftmaxAttributes.
const ir::Operator& log_softmax();

/// dx = dy - exp(y) * sum of dy along the axis, from the output of LogSoftmax. Inputs (dy, y).
const ir::Operator& log_softmax_gradient();

}  // namespace fovea::ops
