#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = x rounded to the nearest whole number, halves to the even one; dx = dy, which is not the derivative
/// (that is 0) but the straight-through estimator. For quantisation. Source: bengio2013estimating.
const ir::Operator& round_straight_through();

}  // namespace fovea::ops
