#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// Whether an operator computes every element of its result from the elements in the same place of its
/// operands, after broadcasting (LRN: in the same place but for the channel).
bool is_pointwise(const ir::Operator& op);

}  // namespace fovea::ops
