#pragma once

#include <string>
#include <vector>

/// The command line as data, for whatever is written from it: manual pages, docs/cli.md and completion.
namespace fovea::cli {

struct OptionDescription {
  std::vector<std::string> names;  ///< "-o", "--output"; of an argument, which has its place, its one name
  bool is_argument = false;        ///< given by its place, as the pictures are
  std::string help;
  std::string value;                 ///< the kind of its value: "PATH", "INT", ...; empty for a flag
  std::string range;                 ///< what the value must be: "1 to 100"; empty: anything of that kind
  std::string default_value;         ///< empty: none, or the help tells
  std::vector<std::string> choices;  ///< all values there are; empty: any
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

/// Calls `visit` for the command and all below it, each before its own commands.
template <class Visitor>
void for_each_command(const CommandDescription& command, const Visitor& visit) {
  visit(command);
  for (const CommandDescription& below : command.commands)
    for_each_command(below, visit);
}

/// The names from the `first` on with something between: "evaluate merge".
std::string joined_names(const CommandDescription& command, const std::string& between,
                         std::size_t first = 0);

/// What a value must be and its default: " [one of 1, 10; default 1]". Empty where there is nothing to say.
std::string value_facts(const OptionDescription& option);

}  // namespace fovea::cli
