#include "cli/kit/verbose.hpp"

#include "cli/kit/output.hpp"
#include "fovea/library.hpp"

namespace fovea::cli {

void add_verbose(Command verb, bool& verbose) {
  verb.in_group("Running").add_flag(
      "--verbose", verbose,
      "report on standard error what happens while the network is compiled: passes, memory plan, "
      "nodes without a oneDNN kernel");
}

void start_log(bool verbose) {
  if (verbose)
    set_log([](LogLevel, std::string_view line) { say("fovea: {}\n", line); });
}

}  // namespace fovea::cli
