#include "base/closest_names.hpp"
#include "fovea/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fovea {

namespace fs = std::filesystem;

namespace {

/// Whether there was such a file.
bool remove_file(const std::string& path) {
  std::error_code error;
  const bool removed = fs::remove(path, error);
  if (error)
    throw OutputError(fmt::format("cannot be removed: {}", error.message()), path);
  return removed;
}

}  // namespace

std::string NetworkCatalog::pulled_path(const KnownNetwork& network) const {
  if (places_.pulled.empty())
    throw InputError("there is no folder for models: neither XDG_CACHE_HOME nor HOME is set");
  return places_.pulled + "/" + network.name + ".onnx";
}

bool NetworkCatalog::is_pulled(const KnownNetwork& network) const {
  std::error_code error;
  const auto size = fs::file_size(pulled_path(network), error);
  return !error && size == static_cast<std::uintmax_t>(network.bytes);
}

std::optional<FoundNetwork> NetworkCatalog::find_named(const std::string& name,
                                                       const KnownNetworks& known) const {
  FoundNetwork found;
  found.name = name;
  if (const auto own = registered(name)) {
    found.path = own->path;
    found.origin = FoundNetwork::Origin::Registered;
    found.labels = own->labels;
    found.preprocessing = own->preprocessing;
    return found;
  }
  const KnownNetwork* network = known.find(name);
  if (!network)
    return {};
  if (!is_pulled(*network))
    throw InputError(
        fmt::format("{} is not on this machine: run 'fovea models pull {}'", network->title, name), name);
  found.path = pulled_path(*network);
  found.origin = FoundNetwork::Origin::Known;
  found.name = network->name;
  found.preprocessing = network->preprocessing;
  return found;
}

std::string NetworkCatalog::nearest(const std::string& name, const KnownNetworks& known) const {
  std::vector<std::string> names = known.names();
  const std::vector<std::string> registered = registered_names();
  names.insert(names.end(), registered.begin(), registered.end());
  return closest_names(name, names);
}

std::vector<std::string> NetworkCatalog::usable_names() const {
  std::vector<std::string> names = registered_names();
  for (const KnownNetwork& network : known().networks)
    if (!places_.pulled.empty() && is_pulled(network)) {
      names.push_back(network.name);
      names.insert(names.end(), network.aliases.begin(), network.aliases.end());
    }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

FoundNetwork NetworkCatalog::find(const std::string& text) const {
  FoundNetwork file;
  file.path = text;
  std::error_code error;
  const fs::file_type kind = fs::status(text, error).type();
  const bool is_folder = kind == fs::file_type::directory;
  if ((kind != fs::file_type::not_found && !is_folder) || !is_network_name(text))
    return file;
  const KnownNetworks all = known();
  if (auto found = find_named(text, all))
    return *found;
  if (is_folder)
    return file;  // whoever reads it says what is wrong
  throw InputError(
      fmt::format("cannot be opened: No such file or directory, and no network has this name; the "
                  "nearest names are {}",
                  nearest(text, all)),
      text);
}

FoundNetwork NetworkCatalog::find_name(const std::string& name) const {
  if (auto found = find_named(name, known()))
    return *found;
  throw no_such_name(name);
}

std::vector<const KnownNetwork*> NetworkCatalog::find_known(const std::vector<std::string>& names,
                                                            const KnownNetworks& known) const {
  std::vector<const KnownNetwork*> networks;
  for (const std::string& name : names) {
    networks.push_back(known.find(name));
    if (networks.back())
      continue;
    if (registered(name))
      throw InputError("is registered, so its file is here already", name);
    throw no_such_name(name);
  }
  return networks;
}

NetworkCatalog::Removed NetworkCatalog::remove(const std::string& name) const {
  if (is_network_name(name))
    if (const std::string file = sidecar(name); remove_file(file))
      return {true, file};
  const KnownNetworks all = known();
  const KnownNetwork* network = all.find(name);
  if (!network)
    throw no_such_name(name);
  const std::string path = pulled_path(*network);
  const bool partly = remove_file(path + ".part");
  if (!remove_file(path) && !partly)
    throw InputError("there is nothing to remove: it has not been pulled", name);
  return {false, path};
}

InputError NetworkCatalog::no_such_name(const std::string& name) const {
  return InputError(
      fmt::format("no network is called '{}': the nearest names are {}", name, nearest(name, known())));
}

std::string NetworkCatalog::url_of(const KnownNetworks& known, const KnownNetwork& network) const {
  const bool replaced = !places_.url.empty();
  std::string url = replaced ? places_.url : known.url;
  const bool secure = url.rfind("https://", 0) == 0;
  if (replaced && !secure && url.rfind("http://", 0) != 0)
    throw InputError(fmt::format("FOVEA_MODELS_URL: expected https://... or http://..., found '{}'", url));
  if (!replaced && !secure)
    throw InputError(fmt::format("the list of known networks names the URL '{}': expected https://...", url));
  return (url.back() == '/' ? url : url + "/") + network.path;
}

}  // namespace fovea
