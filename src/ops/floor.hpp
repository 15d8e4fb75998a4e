#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the largest whole number that is not above x. No gradient flows: it is 0 almost everywhere.
const ir::Operator& floor();

}  // namespace fovea::ops
