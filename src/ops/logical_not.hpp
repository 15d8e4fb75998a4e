#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = not x, of a bool operand.
const ir::Operator& logical_not();

}  // namespace fovea::ops
