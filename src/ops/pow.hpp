#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = a to the power of b with broadcasting. Both floating; NaN for a negative a and a b that is not whole.
const ir::Operator& pow();

/// dz/da = b * a^(b - 1), and 0 where b = 0. Inputs (a, b).
const ir::Operator& pow_base_derivative();

/// dz/db = a^b * log(a), and 0 where a = 0 and b >= 0. Inputs (a, b).
const ir::Operator& pow_exponent_derivative();

}  // namespace fovea::ops
