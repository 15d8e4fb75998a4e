#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the error function of x, of which ONNX graphs make GELU.
const ir::Operator& erf();

/// dx = dy * 2 / sqrt(pi) * exp(-x^2). Inputs (dy, x).
const ir::Operator& erf_gradient();

}  // namespace fovea::ops
