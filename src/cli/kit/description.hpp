#pragma once

#include <string>
#include <vector>

/// The command line as data, from which manual pages, docs/cli.md and completion scripts are generated.
namespace fovea::cli {

struct OptionDescription {
  std::vector<std::string> names;  ///< "-o", "--output"; the single name of a positional argument
  bool is_argument = false;        ///< a positional argument, like the pictures
  std::string help;
  std::string value;                 ///< the kind of its value: "PATH", "INT", ...; empty for a flag
  std::string range;                 ///< the range of the value: "1 to 100"; empty: anything of that kind
  std::string default_value;         ///< empty: none, or described in the help
  std::vector<std::string> choices;  ///< all possible values; empty: any
  bool is_path = false;              ///< its value is the name of a file or folder
  bool is_required = false;
  bool is_list = false;  ///< takes several values, or may be repeated
};

struct CommandDescription {
  std::vector<std::string> names;  ///< the words that call it: "fovea", "evaluate", "merge"
  std::string help;
  std::vector<OptionDescription> options;  ///< arguments, too, each kind in the order of its definition
  std::vector<CommandDescription> commands;
};

/// Calls `visit` for the command and all its subcommands, each before its own subcommands.
template <class Visitor>
void for_each_command(const CommandDescription& command, const Visitor& visit) {
  visit(command);
  for (const CommandDescription& below : command.commands)
    for_each_command(below, visit);
}

/// The names from number `first` on, with a separator: "evaluate merge".
std::string joined_names(const CommandDescription& command, const std::string& between,
                         std::size_t first = 0);

/// The range of a value and its default: " [one of 1, 10; default 1]". Empty if there is nothing to say.
std::string value_facts(const OptionDescription& option);

}  // namespace fovea::cli
