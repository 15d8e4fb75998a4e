#include "cli/verbs/models.hpp"

#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace fovea::cli {

namespace fs = std::filesystem;

namespace {

int print_path(const std::string& name) {
  print("{}\n", user_catalog().find_name(name).path);
  return 0;
}

/// Whether there was such a file.
bool remove_file(const std::string& path) {
  std::error_code error;
  const bool removed = fs::remove(path, error);
  if (error)
    throw OutputError(fmt::format("cannot be removed: {}", error.message()), path);
  return removed;
}

int remove(const std::string& name) {
  // By the name alone: a sidecar that cannot be read must be removable, too.
  const NetworkCatalog catalog = user_catalog();
  if (is_network_name(name) && remove_file(catalog.sidecar(name))) {
    print("{} is no longer registered; its file stays\n", name);
    return 0;
  }
  const KnownNetworks known = catalog.known();
  const KnownNetwork* network = known.find(name);
  if (!network)
    throw catalog.no_such_name(name);
  const std::string path = catalog.pulled_path(*network);
  const bool partly = remove_file(path + ".part");
  if (!remove_file(path) && !partly)
    throw InputError("there is nothing to remove: it has not been pulled", name);
  print("removed {}\n", path);
  return 0;
}

}  // namespace

void add_models_path(Command models) {
  auto name = std::make_shared<std::string>();
  Command verb = models.add_command("path", "Print where a network's file is");
  verb.add_option("name", *name, "a name that 'fovea models list' shows").required().check(not_empty());
  verb.runs([name] { return print_path(*name); });
}

void add_models_remove(Command models) {
  auto name = std::make_shared<std::string>();
  Command verb = models.add_command(
      "remove", "Delete a downloaded network, or forget a registered one, whose file stays");
  verb.add_option("name", *name, "a name that 'fovea models list' shows").required().check(not_empty());
  verb.runs([name] { return remove(*name); });
}

void add_models(Command app) {
  Command verb = app.add_command("models", "Manage networks by name: known ones and your own");
  verb.needs_command();
  for (const auto add :
       {add_models_list, add_models_pull, add_models_path, add_models_add, add_models_remove})
    add(verb);
}

}  // namespace fovea::cli
