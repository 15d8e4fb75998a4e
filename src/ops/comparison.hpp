#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

// Comparisons and logic: results are bool, and no gradient passes them. Operands broadcast.

/// z = a == b as bool, with broadcasting. Any element type; false for a NaN.
const ir::Operator& equal();
/// z = a > b as bool, with broadcasting. Any element type; false for a NaN.
const ir::Operator& greater();
/// z = a >= b as bool, with broadcasting. Any element type; false for a NaN.
const ir::Operator& greater_or_equal();
/// z = a < b as bool, with broadcasting. Any element type; false for a NaN.
const ir::Operator& less();
/// z = a <= b as bool, with broadcasting. Any element type; false for a NaN.
const ir::Operator& less_or_equal();
/// z = a and b, of bool operands, with broadcasting.
const ir::Operator& logical_and();
/// y = not x, of a bool operand.
const ir::Operator& logical_not();
/// z = a or b, of bool operands, with broadcasting.
const ir::Operator& logical_or();

}  // namespace fovea::ops
