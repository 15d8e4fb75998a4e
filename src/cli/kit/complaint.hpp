#pragma once

#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace fovea::cli {

/// The commands directly below a command.
std::vector<std::string> names_of_commands(const CLI::App& app);

/// Options that a command does not have, but others have for something else: the name, and which is meant
/// here.
using RefusedOptions = std::vector<std::pair<std::string, std::string>>;

/// The message for a command line that is invalid; `app` is the last command that it names. The parser only
/// counts commands: a mistyped one is "missing" to it.
std::string complaint(const CLI::App& root, const CLI::App& app, const CLI::ParseError& error,
                      const std::vector<std::string>& arguments, const RefusedOptions& refused);

}  // namespace fovea::cli
