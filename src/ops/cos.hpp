#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the cosine of x, in radians.
const ir::Operator& cos();

}  // namespace fovea::ops
