#pragma once

#include "fovea/networks.hpp"

#include <string>

namespace fovea {

/// A sentence that says that a preset, which the user has set for all networks at `origin`, stands in place
/// of what is known of this network and where that is from. Empty if nothing was known or it says the same.
std::string user_preset_note(const Model& model, const FoundNetwork& found, const std::string& preset,
                             const std::string& origin);

}  // namespace fovea
