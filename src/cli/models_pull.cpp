#include "cli/common.hpp"
#include "cli/find_model.hpp"
#include "cli/models.hpp"
#include "cli/output.hpp"
#include "cli/pull_network.hpp"
#include "cli/registered_networks.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::int64_t timeout = 30;
};

/// All of them, before anything is fetched.
std::vector<const KnownNetwork*> find_all(const std::vector<std::string>& names, const KnownNetworks& known) {
  std::vector<const KnownNetwork*> networks;
  for (const std::string& name : names) {
    networks.push_back(known.find(name));
    if (networks.back())
      continue;
    if (RegisteredNetwork::find(name))
      throw InputError("is registered, so its file is here already", name);
    throw unknown_network(name, known);
  }
  return networks;
}

const char* outcome_text(Pulled pulled) {
  switch (pulled) {
  case Pulled::AlreadyHere:
    return "is here already";
  case Pulled::ByAnotherPull:
    return "has been pulled by another process";
  default:
    return "has been pulled";
  }
}

int pull(const Options& options) {
  const KnownNetworks known = KnownNetworks::read();
  const std::vector<const KnownNetwork*> networks = find_all(options.names, known);
  const std::string base = base_url(known);
  int code = 0;
  for (const KnownNetwork* network : networks)
    try {
      const Pulled pulled = pull_network(*network, base, std::chrono::seconds(options.timeout));
      print("{} {}: {}\n", network->name, outcome_text(pulled), network->pulled_path());
    } catch (const Error& error) {  // the others may be had
      say("fovea: error: {}\n", error.what());
      code = 1;
    }
  return code;
}

}  // namespace

void add_models_pull(Command models) {
  auto options = std::make_shared<Options>();
  Command verb = models.add_command("pull", "Download known networks into the cache");
  verb.add_option("names", options->names, "names of 'fovea models list'").required().check(not_empty());
  verb.add_option("--timeout", options->timeout, "seconds without a byte after which to give up")
      .check(whole_number(1, 86400))
      .shows_default();
  verb.runs([options] { return pull(*options); });
}

}  // namespace fovea::cli
