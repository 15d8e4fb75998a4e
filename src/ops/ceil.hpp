#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// y = the smallest whole number that is not below x. No gradient flows: it is 0 almost everywhere.
const ir::Operator& ceil();

}  // namespace fovea::ops
