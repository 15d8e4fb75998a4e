#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the natural logarithm of x; NaN for negative x.
const ir::Operator& log();

}  // namespace fovea::ops
