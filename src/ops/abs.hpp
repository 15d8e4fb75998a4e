#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = |x|. Floating or int64.
const ir::Operator& abs();

/// dx = dy * sign(x), 0 at 0. Inputs (dy, x).
const ir::Operator& abs_gradient();

}  // namespace fovea::ops
