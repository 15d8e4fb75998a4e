#pragma once

#include "backend/backend.hpp"

namespace fovea::backend {

/// The reference backend: plain loops on one thread for every operator, in float32 and float64. They define
/// the operators.
const Backend& reference();

}  // namespace fovea::backend
