#pragma once

#include "cli/kit/description.hpp"

#include <string>
#include <utility>
#include <vector>

/// Completion scripts for shells: commands, their options, the choices of a value, and files where a file is
/// expected. They need nothing but the shell.
namespace fovea::cli {

/// For bash, to be sourced.
std::string bash_completion(const CommandDescription& program);
/// For zsh, to be kept as a file "_fovea" in a folder of its fpath.
std::string zsh_completion(const CommandDescription& program);
/// For fish, to be kept as a file "fovea.fish" in a folder of its completions.
std::string fish_completion(const CommandDescription& program);

/// The text in single quotes, escaped for shells of the Bourne family.
std::string shell_quoted(const std::string& text);
/// The text with each "@NAME@" replaced by the value of NAME.
std::string filled_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace fovea::cli
