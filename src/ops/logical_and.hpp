#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = a and b, of bool operands, with broadcasting.
const ir::Operator& logical_and();

}  // namespace fovea::ops
