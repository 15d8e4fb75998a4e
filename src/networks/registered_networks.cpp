#include "base/atomic_file.hpp"
#include "base/json_fields.hpp"
#include "base/make_folder.hpp"
#include "base/utf8.hpp"
#include "fovea/networks.hpp"
#include "networks/preprocessing_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fovea {

namespace fs = std::filesystem;

bool is_network_name(std::string_view name) {
  static constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  const std::string_view first = letters.substr(0, letters.size() - 3);
  return !name.empty() && first.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

std::string NetworkCatalog::sidecar(const std::string& name) const {
  if (places_.registered.empty())
    throw InputError("there is no folder for models: neither XDG_DATA_HOME nor HOME is set");
  return places_.registered + "/" + name + ".json";
}

std::optional<RegisteredNetwork> NetworkCatalog::registered(const std::string& name) const {
  std::error_code error;
  if (!is_network_name(name) || !fs::exists(sidecar(name), error))
    return {};
  JsonFields fields = JsonFields::read(sidecar(name));
  RegisteredNetwork network;
  network.name = name;
  network.path = fields.text("path");
  network.labels = fields.text_if_given("labels").value_or("");
  network.preprocessing = networks::read_preprocessing(fields);
  fields.expect_no_others();
  // Relative to what? The program may be called from any folder.
  if (!fs::path(network.path).is_absolute())
    fields.fail("path", "expected an absolute path, found '" + network.path + "'");
  if (!network.labels.empty() && !fs::path(network.labels).is_absolute())
    fields.fail("labels", "expected an absolute path, found '" + network.labels + "'");
  if (!fs::exists(network.path, error))
    fields.fail("path", "there is no file '" + network.path + "' any more");
  return network;
}

void NetworkCatalog::add(const RegisteredNetwork& network) const {
  if (!is_network_name(network.name))
    throw InputError(
        fmt::format("'{}' cannot be a network's name: expected letters, digits, '.', '_' and '-', "
                    "beginning with a letter or digit",
                    network.name));
  if (const KnownNetworks all = known(); all.find(network.name))
    throw InputError(
        fmt::format("'{}' is the name of a known network: give another one with --name", network.name));
  nlohmann::ordered_json json = {{"path", network.path}};
  if (!network.labels.empty())
    json["labels"] = network.labels;
  if (!network.preprocessing.empty())
    json["preprocessing"] = networks::to_json(network.preprocessing);
  const std::string path = sidecar(network.name);
  make_folder(places_.registered);
  write_file_atomically(path, json_text(json) + "\n");
}

std::vector<std::string> NetworkCatalog::registered_names() const {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path folder = fs::path(sidecar("")).parent_path();
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (const std::string name = at->path().stem().string();
        at->path().extension() == ".json" && is_network_name(name))
      names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fovea
