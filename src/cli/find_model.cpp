#include "cli/find_model.hpp"

#include "base/closest_names.hpp"
#include "cli/known_networks.hpp"
#include "cli/registered_networks.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace fovea::cli {

namespace fs = std::filesystem;

namespace {

/// Nothing where no network has this name.
std::optional<FoundModel> find_named(const std::string& name, const KnownNetworks& known) {
  FoundModel found;
  found.name = name;
  if (const auto registered = RegisteredNetwork::find(name)) {
    found.path = registered->path;
    found.origin = FoundModel::Origin::Registered;
    found.labels = registered->labels;
    found.preprocessing = registered->preprocessing;
    return found;
  }
  const KnownNetwork* network = known.find(name);
  if (!network)
    return {};
  if (!network->is_pulled())
    throw InputError(
        fmt::format("{} is not on this machine: run 'fovea models pull {}'", network->title, name), name);
  found.path = network->pulled_path();
  found.origin = FoundModel::Origin::Known;
  found.name = network->name;
  found.preprocessing = network->preprocessing;
  return found;
}

std::string nearest(const std::string& name, const KnownNetworks& known) {
  std::vector<std::string> names = known.names(), registered = registered_names();
  names.insert(names.end(), registered.begin(), registered.end());
  return closest_names(name, names);
}

}  // namespace

FoundModel find_model(const std::string& text) {
  FoundModel file;
  file.path = text;
  std::error_code error;
  const fs::file_type kind = fs::status(text, error).type();
  const bool is_folder = kind == fs::file_type::directory;
  if ((kind != fs::file_type::not_found && !is_folder) || !is_model_name(text))
    return file;
  const KnownNetworks known = KnownNetworks::read();
  if (auto found = find_named(text, known))
    return *found;
  if (is_folder)
    return file;  // whoever reads it says what is wrong
  throw InputError(fmt::format("cannot be opened: No such file or directory, nor is a network called so; the "
                               "nearest names are {}",
                               nearest(text, known)),
                   text);
}

FoundModel find_network(const std::string& name) {
  const KnownNetworks known = KnownNetworks::read();
  if (auto found = find_named(name, known))
    return *found;
  throw unknown_network(name, known);
}

InputError unknown_network(const std::string& name, const KnownNetworks& known) {
  return InputError(
      fmt::format("no network is called '{}': the nearest names are {}", name, nearest(name, known)));
}

namespace {

/// Whether the picture is whole numbers 0..255, for which "none" means no change.
bool takes_integers(const Model& model) {
  try {
    return model.image_input().integer;
  } catch (const ModelError&) {  // no picture
    return false;
  }
}

}  // namespace

ChosenPreprocessing choose_preprocessing(const Model& model, const FoundModel& found,
                                         const PreprocessingOptions& options) {
  options.check();
  const Preprocessing fallback = model.preprocessing().value_or(preprocessing_preset("torchvision"));
  ChosenPreprocessing chosen;
  if (!options.preset.empty())
    chosen.source = "preset " + options.preset;
  else if (found.origin == FoundModel::Origin::Registered && !found.preprocessing.empty())
    chosen = {found.preprocessing.applied_to(fallback),
              fmt::format("what '{}' was registered with", found.name)};
  else if (model.preprocessing())
    chosen = {fallback, takes_integers(model) ? "the input's element type" : "the model file"};
  else if (found.origin == FoundModel::Origin::Known && !found.preprocessing.empty())
    chosen = {found.preprocessing.applied_to(fallback), fmt::format("the list of networks ({})", found.name)};
  else
    chosen = {fallback, "preset torchvision (default)"};
  chosen.preprocessing = options.applied_to(chosen.preprocessing);
  if (options.preset == "none" && takes_integers(model) && !options.scale)
    chosen.preprocessing.scale = 1;
  return chosen;
}

Labels labels_of(const Model& model, const FoundModel& found) {
  return found.labels.empty() ? model.labels() : Labels::read(found.labels);
}

}  // namespace fovea::cli
