#include "cli/user_folders.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace fovea::cli {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

namespace {

/// A folder by the XDG Base Directory Specification, which has relative paths ignored.
std::string folder_of_models(const char* variable, const char* below_home) {
  if (const auto given = environment(variable); given && given->front() == '/')
    return *given + "/fovea/models";
  if (const auto home = environment("HOME"))
    return *home + below_home + "/fovea/models";
  throw InputError(fmt::format("there is no folder for models: neither {} nor HOME is set", variable));
}

}  // namespace

std::string pulled_models_folder() {
  return folder_of_models("XDG_CACHE_HOME", "/.cache");
}

std::string registered_models_folder() {
  return folder_of_models("XDG_DATA_HOME", "/.local/share");
}

}  // namespace fovea::cli
