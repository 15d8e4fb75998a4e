#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the whole number nearest to x, the even one of two. No gradient flows: it is 0 almost everywhere.
const ir::Operator& round();

}  // namespace fovea::ops
