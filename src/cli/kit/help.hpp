#pragma once

#include "cli/kit/description.hpp"

#include <cstddef>
#include <string>

/// The texts that --help prints, made of descriptions and wrapped to a width.
namespace fovea::cli {

/// All that is to be known of a command: what it does, how it is called, its commands and options by groups,
/// and examples.
std::string help_text(const CommandDescription& command, std::size_t width);

/// What the program says when it is called without arguments: what it does, its first three examples, and
/// where there is more.
std::string short_help(const CommandDescription& program, std::size_t width);

}  // namespace fovea::cli
