#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// mask = x > 0, a bool for each element: all that the gradient of a Relu needs of its output.
const ir::Operator& relu_mask();

}  // namespace fovea::ops
