#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// z = a / b with broadcasting. Floating or int64; integers truncate towards 0, and InputError for a division
/// by the integer 0.
const ir::Operator& div();

}  // namespace fovea::ops
