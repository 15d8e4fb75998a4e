#pragma once

#include "cli/kit/command.hpp"

namespace fovea::cli {

/// --verbose, of every verb that compiles a network.
void add_verbose(Command verb, bool& verbose);

/// Where it was given: what happens while networks are compiled, on standard error.
void start_log(bool verbose);

}  // namespace fovea::cli
