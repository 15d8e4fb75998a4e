#pragma once

#include "cli/kit/command.hpp"

/// The commands below `fovea models`, one file for each.
namespace fovea::cli {

void add_models_list(Command models);
void add_models_pull(Command models);
void add_models_path(Command models);
void add_models_add(Command models);
void add_models_remove(Command models);

}  // namespace fovea::cli
