#pragma once

#include "backend/backend.hpp"

namespace fovea::backend {

/// The library's backends, in the order in which BackendKind::Auto tries them.
std::span<const Backend* const> table();

/// The backends that may run a program, in the order in which they are to be tried: the one of that kind, or
/// for BackendKind::Auto all that compute in the precision. At least one; InputError with the reasons if
/// there is none.
std::vector<const Backend*> candidates(BackendKind kind, Precision precision);

}  // namespace fovea::backend
