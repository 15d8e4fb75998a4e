#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = x where mask holds, 0 elsewhere. Inputs (x, mask) of one shape.
const ir::Operator& masked();

}  // namespace fovea::ops
