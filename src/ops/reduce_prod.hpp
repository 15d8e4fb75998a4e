#pragma once

#include "ir/operator.hpp"
#include "ops/reduce_sum.hpp"

namespace fovea::ops {

/// y = the product of x over the axes (ReduceAttributes). Floating or int64.
const ir::Operator& reduce_prod();

/// dx = dy times the product of the other elements, right where some are 0. Inputs (dy, x); attributes as
/// above.
const ir::Operator& reduce_prod_gradient();

}  // namespace fovea::ops
