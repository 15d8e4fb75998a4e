#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/verbs/models.hpp"
#include "report/network_list.hpp"

#include <unistd.h>

namespace fovea::cli {
namespace {

int list(const ResultFormat& format) {
  const NetworkList networks = list_networks(user_catalog());
  if (!format.is_text())
    print_results(format, network_list_json(networks));
  else
    print_lines(network_list_text(networks, line_width(STDOUT_FILENO)));
  std::fflush(stdout);
  for (const std::string& error : networks.errors)
    say("fovea: error: {}\n", error);
  return networks.errors.empty() ? 0 : 1;
}

}  // namespace

void add_models_list(Command models) {
  auto format = std::make_shared<ResultFormat>();
  Command verb =
      models.add_command("list", "List known and registered networks, and which of them are downloaded");
  verb.add_example("fovea models list", "all names that -m takes");
  format->add_to(verb);
  verb.runs([format] { return list(*format); });
}

}  // namespace fovea::cli
