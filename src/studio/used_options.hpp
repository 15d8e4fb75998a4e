#pragma once

#include "fovea/explain.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace fovea::studio {

/// The names of the options that a method uses by itself; noise and seed also serve the averaging over noisy
/// copies, which every method can have. `references` is left out: requests name no files of the server.
/// InputError for an unknown method.
std::vector<std::string> used_options(std::string_view method);

/// The options with those that make no difference to the method's map at their defaults, so that equal maps
/// have equal keys.
MethodOptions only_used(std::string_view method, const MethodOptions& options);

}  // namespace fovea::studio
