#pragma once

#include "cli/kit/command.hpp"

namespace fovea::cli {

/// Adds --verbose, which every command that compiles a network has.
void add_verbose(Command verb, bool& verbose);

/// If `verbose` is set, logs the compilation of networks to standard error.
void start_log(bool verbose);

}  // namespace fovea::cli
