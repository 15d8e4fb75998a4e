#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the sine of x, in radians.
const ir::Operator& sin();

}  // namespace fovea::ops
