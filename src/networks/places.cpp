#include "fovea/networks.hpp"

namespace fovea {

NetworkPlaces
NetworkPlaces::of_environment(const std::function<std::optional<std::string>(const char* name)>& variable) {
  // The XDG Base Directory Specification has relative paths ignored.
  const auto folder = [&](const char* base, const char* below_home) {
    if (const auto given = variable(base); given && given->front() == '/')
      return *given + "/fovea/models";
    const auto home = variable("HOME");
    return home ? *home + below_home + "/fovea/models" : std::string();
  };
  NetworkPlaces places;
  places.list = variable("FOVEA_MODELS_LIST").value_or("");
  places.url = variable("FOVEA_MODELS_URL").value_or("");
  places.pulled = folder("XDG_CACHE_HOME", "/.cache");
  places.registered = folder("XDG_DATA_HOME", "/.local/share");
  return places;
}

}  // namespace fovea
