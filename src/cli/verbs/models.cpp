#include "cli/verbs/models.hpp"

#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"

namespace fovea::cli {

namespace {

int print_path(const std::string& name) {
  print("{}\n", user_catalog().find_name(name).path);
  return 0;
}

int remove(const std::string& name) {
  const NetworkCatalog::Removed removed = user_catalog().remove(name);
  if (removed.was_registered)
    print("{} is no longer registered; its file stays\n", name);
  else
    print("removed {}\n", removed.path);
  return 0;
}

}  // namespace

void add_models_path(Command models) {
  auto name = std::make_shared<std::string>();
  Command verb = models.add_command("path", "Print where a network's file is");
  verb.add_option("name", *name, "a name that 'fovea models list' shows")
      .required()
      .check(not_empty())
      .completed_as(kNetworkNames);
  verb.add_example("fovea models path squeezenet", "the file that a name stands for");
  verb.runs([name] { return print_path(*name); });
}

void add_models_remove(Command models) {
  auto name = std::make_shared<std::string>();
  Command verb = models.add_command(
      "remove", "Delete a downloaded network, or forget a registered one, whose file stays");
  verb.add_option("name", *name, "a name that 'fovea models list' shows")
      .required()
      .check(not_empty())
      .completed_as(kNetworkNames);
  verb.add_example("fovea models remove squeezenet", "free the disk of a downloaded network");
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
