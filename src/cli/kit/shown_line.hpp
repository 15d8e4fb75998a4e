#pragma once

#include "cli/kit/description.hpp"

#include <string>
#include <vector>

namespace fovea::cli {

/// A command line for display: its words quoted for a shell, with paths as `shown_path` gives them. Values of
/// options that are no paths, such as the name of a layer, stay as they are, as do the words behind "--" of a
/// command that takes another one. `command`: the one that the line names, whose options tell.
std::string shown_line(const CommandDescription& command, const std::vector<std::string>& arguments);

}  // namespace fovea::cli
