#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = max(x, 0). A NaN stays a NaN.
const ir::Operator& relu();

/// dx = dy * 1(y > 0), from the output of Relu: y > 0 exactly where x > 0, so x need not be kept. The
/// derivative at 0 is 0. Inputs (dy, y).
const ir::Operator& relu_gradient();

}  // namespace fovea::ops
