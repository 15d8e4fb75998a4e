#pragma once

#include "cli/kit/checks.hpp"
#include "cli/kit/common_options.hpp"
#include "cli/kit/complaint.hpp"
#include "cli/kit/description.hpp"
#include "cli/kit/usage_error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

// Definitions of the command line, without the parser's headers, which take seconds to compile.
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fovea::cli {

/// The variable that an option's value goes to; it must outlive the parsing.
class Destination {
public:
  template <class T>
  Destination(T& variable)
      : variable_(&variable) {}  // NOLINT(google-explicit-constructor): reads as a reference

private:
  friend class Command;
  std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, std::string*, std::optional<int>*,
               std::optional<std::int64_t>*, std::optional<double>*, std::optional<std::string>*,
               std::vector<std::int64_t>*, std::vector<double>*, std::vector<std::string>*>
      variable_;
};

/// An option of a command; each function returns the option itself, for chaining.
class Option {
public:
  Option& required();
  Option& check(const Check& check);
  /// Refuses these words, as those of another option, with a message that ends with the word: "is --map".
  Option& refuse(const std::vector<std::string>& words, const std::string& message);
  /// The help shows the variable's value as the default.
  Option& shows_default();
  /// A shell completes the value by the names of this kind, which the program itself lists:
  /// kNetworkNames, kKnownNames or kLayerNames.
  Option& completed_as(const std::string& kind);
  /// A list's values may be given as one text with this between them.
  Option& delimiter(char character);
  /// Makes it an error if the other option is not given (needs) or is given, too (excludes).
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

private:
  friend class Command;
  Option(CLI::Option* option, Offer* offer) : option_(option), offer_(offer) {}
  CLI::Option* option_;
  Offer* offer_;  ///< kept for the descriptions, since the parser does not tell
};

/// The work of a command line after parsing; returns the exit code.
using Run = std::function<int()>;

/// A command (verb) with its options; a handle, copied freely.
class Command {
public:
  /// The same command; what is added through this handle stands below that title in the help.
  Command in_group(const std::string& title) const;
  Command add_command(const std::string& name, const std::string& help);
  /// `names`: "-o,--output", or "images" for a positional argument. A list takes one value each time that the
  /// option is named, so that it does not swallow the arguments behind it.
  Option add_option(const std::string& names, Destination value, const std::string& help);
  Option add_flag(const std::string& names, bool& given, const std::string& help);
  /// A flag and its negation ("--star,!--no-star"); the variable is unchanged if neither is given.
  Option add_switch(const std::string& names, std::optional<bool>& value, const std::string& help);
  /// The option of that name, which was added before.
  Option option(const std::string& name) const;
  /// Refuses an option that other commands have for something else, with the one that is meant here.
  void refuse_option(const std::string& name, const std::string& meant);
  /// A command line that does something useful, for the help and the manual: "fovea list methods".
  void add_example(const std::string& line, const std::string& meaning);
  /// Whether the command line gives the option of that name; after parsing.
  bool given(const std::string& name) const;
  /// The options that the command line gives, by their long names, with their texts; after parsing. Arguments
  /// are none of them.
  std::vector<std::pair<std::string, std::vector<std::string>>> given_options() const;
  /// The parsed command line in a form that does not depend on the order and the spelling of its options, as
  /// the arguments of the program: the command, its arguments, then the options that are given, but for those
  /// with the long names `left_out`.
  std::vector<std::string> plain_arguments(const std::set<std::string>& left_out) const;
  /// One of its own commands must follow.
  void needs_command();
  /// Sets the work for a command line that names this command. Parsing happens before anything is read or
  /// computed. Adds the options that every such command has (`CommonOptions`).
  void runs(Run work);
  /// The description of this command and its subcommands added so far.
  CommandDescription describe() const;
  /// The parsed command line for display, quoted for a shell, with paths as `shown_path` gives them; empty
  /// before parsing.
  const std::string& line() const { return shared_->line; }

private:
  friend class CommandLine;
  /// The state that all commands of one command line share.
  struct Shared {
    Run chosen;
    std::string line;
    CommonOptions common;
    std::unordered_map<const CLI::Option*, Offer> offers;
    std::unordered_map<const CLI::App*, std::vector<ExampleDescription>> examples;
    std::unordered_map<const CLI::App*, RefusedOptions> refused;
  };
  Command(CLI::App* app, Shared* shared, std::string group = {})
      : app_(app), shared_(shared), group_(std::move(group)) {}
  Option in_its_group(CLI::Option* option) const;
  CLI::App* app_;
  Shared* shared_;
  std::string group_;  ///< the title for what is added; empty: "Options", "Commands"
};

/// The program's command line.
class CommandLine {
public:
  /// `version` is called if the command line requests it.
  CommandLine(const std::string& name, std::function<std::string()> version, const std::string& help);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command root() { return {app_.get(), &shared_}; }
  /// Parses the arguments and returns the work; none if help or the version was requested and has been
  /// printed, as is a short help if there are no arguments, and the help of a command that only has others
  /// below. UsageError, with a second line that says where to find help, if they are invalid.
  std::optional<Run> parse(int argc, const char* const* argv);
  /// The last command that the parsed line names.
  Command named();

private:
  /// The command that the arguments name and nothing else, if it is one of those with commands below.
  std::optional<Command> named_group(const std::vector<std::string>& arguments);
  std::unique_ptr<CLI::App> app_;
  Command::Shared shared_;
};

}  // namespace fovea::cli
