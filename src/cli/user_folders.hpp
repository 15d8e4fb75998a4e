#pragma once

#include <optional>
#include <string>

namespace fovea::cli {

/// The value of an environment variable, where it is set and not empty.
std::optional<std::string> environment(const char* name);

/// Where networks that were pulled are kept: $XDG_CACHE_HOME/fovea/models, by default ~/.cache/fovea/models.
/// The folder need not be there. InputError where neither XDG_CACHE_HOME nor HOME is set.
std::string pulled_models_folder();
/// Where registered networks are written down: $XDG_DATA_HOME/fovea/models, by default
/// ~/.local/share/fovea/models.
std::string registered_models_folder();

}  // namespace fovea::cli
