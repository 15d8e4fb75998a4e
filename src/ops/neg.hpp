#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = -x. Floating or int64.
const ir::Operator& neg();

}  // namespace fovea::ops
