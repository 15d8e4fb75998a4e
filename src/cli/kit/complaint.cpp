#include "cli/kit/complaint.hpp"

#include "base/closest_names.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>
#include <utility>

namespace fovea::cli {

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

namespace {

/// The first option of the command line that its command does not have, or an empty text. The parser itself
/// may complain of something else first: of the value behind it, or of an argument that it takes this for.
std::string unknown_option(const CLI::App* app, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--")
      break;
    const auto commands = app->get_subcommands([&](const CLI::App* c) { return c->get_name() == argument; });
    if (!commands.empty()) {
      app = commands.front();
      continue;
    }
    const bool is_long = argument.starts_with("--");
    const bool is_number = argument.size() > 1 &&
                           (std::isdigit(static_cast<unsigned char>(argument[1])) != 0 || argument[1] == '.');
    if (!argument.starts_with('-') || argument.size() < 2 || (!is_long && is_number))
      continue;
    const std::string name = is_long ? argument.substr(0, argument.find('=')) : argument.substr(0, 2);
    if (app->get_option_no_throw(name) == nullptr)
      return name;
  }
  return {};
}

/// All long names of a command's options.
std::vector<std::string> names_of_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

/// The argument that names a network although --model does, too; empty if the error is another one.
std::string second_model(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::Option* named = app.get_option_no_throw("--model");
  if (error.get_name() == "ExcludesError" && named != nullptr && named->count() > 0)
    for (const CLI::Option* option : app.get_options())
      if (option->get_positional() && option->get_name(true) == "model" && !option->results().empty())
        return option->results().front();
  return {};
}

/// The option or argument whose name stands at `begin` of the parser's message, or none.
const CLI::Option* option_at(const CLI::App& app, const std::string& message, std::size_t begin) {
  const CLI::Option* found = nullptr;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    const std::size_t end = begin + name.size();
    const bool ends =
        end == message.size() || (end < message.size() && (message[end] == ':' || message[end] == ' '));
    if (!name.empty() && ends && message.compare(begin, name.size(), name) == 0)
      found = option;
  }
  return found;
}

/// "the argument 'images'" or "the option --output".
std::string title_of(const CLI::Option& option) {
  return option.get_positional() ? fmt::format("the argument '{}'", option.get_name())
                                 : "the option " + option.get_name();
}

/// What the values of an option are, by the parser's name of their type: "INT", "FLOAT:above 0".
std::string expected_value(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::string kind = type.starts_with("FLOAT")  ? "a number"
                           : type.starts_with("INT")  ? "a whole number"
                           : type.starts_with("UINT") ? "a whole number that is not negative"
                                                      : "another value";
  return option.get_items_expected_max() > 1 ? kind + " for each value" : kind;
}

/// A wrong number of values of one option.
std::string wrong_count(const CLI::Option& option, const std::string& message) {
  if (option.get_items_expected_max() == 0)
    return fmt::format("{} is a flag, which takes no value", title_of(option));
  if (message.find("At Most") != std::string::npos)
    return fmt::format("{} takes one value, found {}: {}", title_of(option), option.results().size(),
                       fmt::join(option.results(), ", "));
  return fmt::format("{} needs a value behind it: {}", title_of(option), option.get_description());
}

/// The two names in "--tsv excludes --json".
std::pair<std::string, std::string> names_around(const std::string& message, const std::string& word) {
  const std::size_t at = message.find(word);
  return {message.substr(0, at), at == std::string::npos ? "" : message.substr(at + word.size())};
}

/// The parser's message as a sentence that says what would work.
std::string sentence_of(const CLI::App& app, const CLI::ParseError& error) {
  const std::string kind = error.get_name(), message = error.what();
  const std::string conversion = "Could not convert: ";
  const CLI::Option* option =
      option_at(app, message, message.starts_with(conversion) ? conversion.size() : 0);
  if (kind == "RequiredError" && option != nullptr)
    return fmt::format("{} is missing: {}", title_of(*option), option->get_description());
  if (kind == "ArgumentMismatch" && option != nullptr)
    return wrong_count(*option, message);
  if (kind == "ConversionError" && option != nullptr)
    return option->get_items_expected_max() == 0
               ? wrong_count(*option, message)
               : fmt::format("{}: expected {}, found '{}'", option->get_name(), expected_value(*option),
                             fmt::join(option->results(), " "));
  if (kind == "ExcludesError") {
    const auto [one, other] = names_around(message, " excludes ");
    return fmt::format("{} and {} do not go together: give one of them", one, other);
  }
  if (kind == "RequiresError") {
    const auto [one, other] = names_around(message, " requires ");
    return fmt::format("{} needs {}, too", one, other);
  }
  if (message.starts_with("The following argument")) {
    const std::string left = names_around(message, "not expected: ").second;
    return fmt::format("unexpected argument '{}'", left.substr(0, left.find(' ')));
  }
  return message;
}

}  // namespace

std::string complaint(const CLI::App& root, const CLI::App& app, const CLI::ParseError& error,
                      const std::vector<std::string>& arguments, const RefusedOptions& refused) {
  const std::vector<std::string> commands = names_of_commands(app);
  const bool lacks_command = !commands.empty() && error.get_name() == "RequiredError";
  const char* what = &app == &root ? "verb" : "command";
  // The words behind the command are left over: the first is the one that was mistyped.
  const std::vector<std::string> left = app.remaining();
  if (lacks_command && !left.empty() && !left.front().starts_with('-'))
    return unknown_name(what, left.front(), commands);
  const std::string option = unknown_option(&root, arguments);
  for (const auto& [name, meant] : refused)
    if (name == option)
      return fmt::format("unknown option '{}': here {}", option, meant);
  if (!option.empty())
    return fmt::format("unknown option '{}'{}", option, did_you_mean(option, names_of_options(app)));
  if (const std::string model = second_model(app, error); !model.empty())
    return fmt::format("the network is named twice: by --model, and by the argument '{}'", model);
  if (!lacks_command)
    return sentence_of(app, error);
  return fmt::format("a {} is missing: expected one of {}", what, fmt::join(commands, ", "));
}

}  // namespace fovea::cli
