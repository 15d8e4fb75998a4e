#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the angle in radians, from -pi/2 to pi/2, whose tangent is x. dx = dy / (1 + x^2).
const ir::Operator& atan();

}  // namespace fovea::ops
