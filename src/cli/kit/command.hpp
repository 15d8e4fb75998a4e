#pragma once

#include "cli/kit/description.hpp"
#include "cli/kit/usage_error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

// The command line's definitions, without the parser's headers, which take seconds to compile.
namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace fovea::cli {

/// What completion offers for an option's value.
struct Offer {
  std::vector<std::string> choices = {};  ///< all values there are; empty: any
  bool files = false;                     ///< files and folders
};

/// What an option's text must be; shown in the help.
class Check {
public:
  explicit Check(const CLI::Validator& validator, Offer offer = {});
  const CLI::Validator& validator() const { return *validator_; }
  const Offer& offer() const { return offer_; }

private:
  std::shared_ptr<const CLI::Validator> validator_;
  Offer offer_;
};

/// Not empty, as a shell's unset variable would leave it: the name of a file or folder; any other name.
Check file_or_folder();
Check not_empty();
/// A number: more than 0; 0 or more; within a range. None takes infinity or NaN.
Check above_zero();
Check not_negative();
Check between(double lowest, double highest);
/// A whole number from `lowest` to `highest`.
Check whole_number(std::int64_t lowest, std::int64_t highest);
/// A picture's size: "224", or "128x256" (height x width).
Check picture_size_text();
Check one_of(const std::vector<std::string>& words);
Check one_of_numbers(const std::vector<int>& numbers);
/// In upper or lower case.
Check one_of_in_any_case(const std::vector<std::string>& words);

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

/// An option of a command; each call returns the option itself, for the next.
class Option {
public:
  Option& required();
  Option& check(const Check& check);
  /// The help shows the variable's value as the default.
  Option& shows_default();
  /// A list's values may be given as one text with this between them.
  Option& delimiter(char character);
  /// A list takes one value for each time that the option is named.
  Option& one_value_each();
  /// Errors when the other is not given, or given, too.
  Option& needs(const Option& other);
  Option& excludes(const Option& other);

private:
  friend class Command;
  Option(CLI::Option* option, Offer* offer) : option_(option), offer_(offer) {}
  CLI::Option* option_;
  Offer* offer_;  ///< kept for the descriptions, since the parser does not tell
};

/// What a command line does once all of it is parsed; returns the exit code.
using Run = std::function<int()>;

/// A command (verb) with its options; a handle, copied freely.
class Command {
public:
  Command add_command(const std::string& name, const std::string& help);
  /// `names`: "-o,--output", or "images" for what is given by its place.
  Option add_option(const std::string& names, Destination value, const std::string& help);
  Option add_flag(const std::string& names, bool& given, const std::string& help);
  /// A flag and its contrary ("--star,!--no-star"); the variable stays as it is where neither is given.
  Option add_switch(const std::string& names, std::optional<bool>& value, const std::string& help);
  /// An option that was added.
  Option option(const std::string& name) const;
  /// One of its own commands must follow.
  void needs_command();
  /// What to do when the command line names this command. Parsing happens before anything is read or
  /// computed.
  void runs(Run work);
  /// The command with all below it that has been added so far.
  CommandDescription describe() const;
  /// What was parsed, as a shell takes it; empty before.
  const std::string& line() const { return shared_->line; }

private:
  friend class CommandLine;
  /// What all commands of one command line share.
  struct Shared {
    Run chosen;
    std::string line;
    std::unordered_map<const CLI::Option*, Offer> offers;
  };
  Command(CLI::App* app, Shared* shared) : app_(app), shared_(shared) {}
  Option with_offer(CLI::Option* option) const;
  CLI::App* app_;
  Shared* shared_;
};

/// The program's command line.
class CommandLine {
public:
  /// `version` is asked for when the command line asks for it.
  CommandLine(const std::string& name, std::function<std::string()> version, const std::string& help);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command root() { return {app_.get(), &shared_}; }
  /// Reads the arguments. The work to do; none where help or the version was asked for and has been printed.
  /// UsageError, whose text has a second line that says where to find help, where they do not parse.
  std::optional<Run> parse(int argc, const char* const* argv);

private:
  std::unique_ptr<CLI::App> app_;
  Command::Shared shared_;
};

}  // namespace fovea::cli
