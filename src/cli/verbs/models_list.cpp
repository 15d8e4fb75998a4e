#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/models.hpp"
#include "report/network_list.hpp"

namespace fovea::cli {
namespace {

int list(bool json) {
  const NetworkList networks = list_networks(user_catalog());
  if (json)
    print_json(network_list_json(networks));
  else
    print_lines(network_list_text(networks));
  std::fflush(stdout);
  for (const std::string& error : networks.errors)
    say("fovea: error: {}\n", error);
  return networks.errors.empty() ? 0 : 1;
}

}  // namespace

void add_models_list(Command models) {
  auto json = std::make_shared<bool>(false);
  Command verb =
      models.add_command("list", "List known and registered networks, and which of them are downloaded");
  verb.add_flag("--json", *json, "print JSON");
  verb.add_example("fovea models list", "all names that -m takes");
  verb.runs([json] { return list(*json); });
}

}  // namespace fovea::cli
