#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = e to the power of x.
const ir::Operator& exp();

}  // namespace fovea::ops
