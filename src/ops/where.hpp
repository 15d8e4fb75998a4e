#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = condition ? a : b with broadcasting of all three. The condition is bool; a and b are of one type, any.
const ir::Operator& where();

}  // namespace fovea::ops
