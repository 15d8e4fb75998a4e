#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = the smaller of a and b, with broadcasting. Floating or int64; a NaN in either operand is the result.
const ir::Operator& min();

/// The gradient for a: dy where a < b, half of it where they are equal, else 0; for b, exchange a and b. dy
/// has the broadcast shape, and so has the result. Inputs (dy, a, b).
const ir::Operator& min_gradient();

}  // namespace fovea::ops
