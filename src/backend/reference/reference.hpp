#pragma once

#include "backend/backend.hpp"

namespace fovea::backend {

/// Plain loops on one thread, every operator, in float32 and float64: the definition of the operators.
const Backend& reference();

}  // namespace fovea::backend
