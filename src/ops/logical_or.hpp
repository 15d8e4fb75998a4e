#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = a or b, of bool operands, with broadcasting.
const ir::Operator& logical_or();

}  // namespace fovea::ops
