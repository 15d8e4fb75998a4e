#pragma once

#include "cli/kit/command.hpp"

#include <string_view>
#include <vector>

namespace fovea::cli {

/// Adds the verb that the command line names, none to a question for the version, else all: their options
/// take milliseconds to add.
void add_verbs(Command root, std::string_view first_argument);

/// The command line as it is meant: "fovea photo.jpg" is "fovea explain photo.jpg".
std::vector<const char*> meant_arguments(int argc, char** argv);

}  // namespace fovea::cli
