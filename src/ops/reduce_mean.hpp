#pragma once

#include "ir/operator.hpp"
#include "ops/reduce_sum.hpp"

namespace fovea::ops {

/// y = the mean of x over the axes (ReduceAttributes). Floating; NaN for a mean of nothing.
const ir::Operator& reduce_mean();

}  // namespace fovea::ops
