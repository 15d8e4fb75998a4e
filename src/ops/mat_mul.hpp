#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = a * b after NumPy's rules: matrices in the last two axes, the axes before them broadcast; a 1-D a is a
/// row, a 1-D b a column, and the axis so added is taken from the result again. Floating or int64.
const ir::Operator& mat_mul();

}  // namespace fovea::ops
