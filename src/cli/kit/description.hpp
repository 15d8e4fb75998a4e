#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// The command line as data, from which the help, manual pages, docs/cli.md and completion scripts are
/// generated.
namespace fovea::cli {

struct OptionDescription {
  std::vector<std::string> names;  ///< "-o", "--output"; the single name of a positional argument
  bool is_argument = false;        ///< a positional argument, like the pictures
  std::string group;               ///< the title that it stands below in the help: "Options", "Network"
  std::string help;
  std::string value;                 ///< the kind of its value: "PATH", "INT", ...; empty for a flag
  std::string range;                 ///< the range of the value: "1 to 100"; empty: anything of that kind
  std::string default_value;         ///< empty: none, or described in the help
  std::vector<std::string> choices;  ///< all possible values; empty: any
  std::string completed_as;          ///< what the program lists for it: "networks", "layers"; empty: nothing
  bool is_path = false;              ///< its value is the name of a file or folder
  bool is_required = false;
  bool is_list = false;     ///< takes several values, or may be repeated
  bool has_commas = false;  ///< several values may be given as one word with commas between them
};

/// A command line that does something useful, and what it does.
struct ExampleDescription {
  std::string line;     ///< "fovea classify photo.jpg"
  std::string meaning;  ///< "the five best guesses", a noun phrase or a sentence without its full stop
};

struct CommandDescription {
  std::vector<std::string> names;  ///< the words that call it: "fovea", "evaluate", "merge"
  std::string group;               ///< the title that it stands below in the help of the command above
  std::string help;
  std::vector<OptionDescription> options;  ///< arguments, too, each kind in the order of its definition
  std::vector<CommandDescription> commands;
  std::vector<ExampleDescription> examples;  ///< those of the commands below, too, if it has none of its own
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

/// "fovea saliency images... -o PATH [OPTIONS]".
std::string usage_line(const CommandDescription& command);

/// The titles of a command's groups of options, or of its commands, in the order in which they appear.
std::vector<std::string> option_groups(const CommandDescription& command);
std::vector<std::string> command_groups(const CommandDescription& command);

}  // namespace fovea::cli
