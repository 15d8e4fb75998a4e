#pragma once

#include "ir/operator.hpp"
#include "ops/reduce_sum.hpp"

namespace fovea::ops {

/// y = the largest x over the axes (ReduceAttributes). Floating or int64; a NaN among them is the result, the
/// lowest value of the type the largest of none.
const ir::Operator& reduce_max();

/// dx = dy / n where x = y, n being the number of such x that go into one y; 0 elsewhere. Inputs (dy, x, y).
const ir::Operator& reduce_max_gradient();

}  // namespace fovea::ops
