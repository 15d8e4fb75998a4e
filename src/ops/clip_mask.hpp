#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// mask = min <= x <= max, a bool for each element: everything that the gradient of a Clip needs to know of
/// its input. Attributes as of Clip; false for NaN.
const ir::Operator& clip_mask();

}  // namespace fovea::ops
