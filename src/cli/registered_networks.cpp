#include "cli/registered_networks.hpp"

#include "base/atomic_file.hpp"
#include "cli/common.hpp"
#include "cli/json_fields.hpp"
#include "cli/output.hpp"
#include "cli/preprocessing_json.hpp"
#include "cli/user_folders.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fovea::cli {

namespace fs = std::filesystem;

bool is_model_name(const std::string& text) {
  static const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return !text.empty() && letters.find(text.front()) != std::string::npos &&
         text.find_first_not_of(letters + "._-") == std::string::npos;
}

std::string RegisteredNetwork::sidecar(const std::string& name) {
  return registered_models_folder() + "/" + name + ".json";
}

std::optional<RegisteredNetwork> RegisteredNetwork::find(const std::string& name) {
  std::error_code error;
  if (!is_model_name(name) || !fs::exists(sidecar(name), error))
    return {};
  JsonFields fields = JsonFields::read(sidecar(name));
  RegisteredNetwork network;
  network.name = name;
  network.path = fields.text("path");
  network.labels = fields.text_if_given("labels").value_or("");
  network.preprocessing = read_preprocessing(fields);
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

void RegisteredNetwork::write() const {
  nlohmann::ordered_json json = {{"path", path}};
  if (!labels.empty())
    json["labels"] = labels;
  if (!preprocessing.empty())
    json["preprocessing"] = to_json(preprocessing);
  make_folder(registered_models_folder());
  write_file_atomically(sidecar(name), json_text(json) + "\n");
}

std::vector<std::string> registered_names() {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(registered_models_folder(), error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == ".json" && is_model_name(stem_of(at->path().string())))
      names.push_back(stem_of(at->path().string()));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fovea::cli
