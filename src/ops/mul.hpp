#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = a * b with broadcasting. Floating or int64.
const ir::Operator& mul();

}  // namespace fovea::ops
