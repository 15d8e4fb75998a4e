#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/models.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::int64_t timeout = 30;
};

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

/// UsageError for a FOVEA_MODELS_URL that cannot be one, before anything is fetched.
void check_url(const std::string& url) {
  if (!url.empty() && url.rfind("https://", 0) != 0 && url.rfind("http://", 0) != 0)
    throw UsageError(fmt::format("FOVEA_MODELS_URL: expected https://... or http://..., found '{}'", url));
}

int pull(const Options& options) {
  const NetworkCatalog catalog = user_catalog();
  const KnownNetworks known = catalog.known();
  const std::vector<const KnownNetwork*> networks = catalog.find_known(options.names, known);
  check_url(catalog.places().url);
  int code = 0;
  for (const KnownNetwork* network : networks)
    try {
      constexpr std::int64_t mega = 1000000;
      ProgressBar bar(network->bytes / mega, "MB");
      PullOptions pull_options;
      pull_options.patience = std::chrono::seconds(options.timeout);
      pull_options.waits = [&] {
        say("fovea: note: {} is being pulled already: waiting for that\n", network->name);
      };
      pull_options.progress = [&](std::int64_t done, std::int64_t) {
        bar.update(done / mega, network->name);
      };
      const Pulled pulled = fovea::pull(catalog, known, *network, pull_options);
      bar.clear();
      print("{} {}: {}\n", network->name, outcome_text(pulled), catalog.pulled_path(*network));
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
  verb.add_option("names", options->names, "names that 'fovea models list' shows")
      .required()
      .check(not_empty())
      .completed_as(kKnownNames);
  verb.add_option("--timeout", options->timeout, "seconds without any data after which to give up")
      .check(whole_number(1, 86400))
      .shows_default();
  verb.add_example("fovea models pull squeezenet resnet50", "two networks for -m, downloaded once");
  verb.runs([options] { return pull(*options); });
}

}  // namespace fovea::cli
