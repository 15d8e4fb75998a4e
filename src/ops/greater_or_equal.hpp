#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = a >= b as bool, with broadcasting. Any element type; false for a NaN.
const ir::Operator& greater_or_equal();

}  // namespace fovea::ops
