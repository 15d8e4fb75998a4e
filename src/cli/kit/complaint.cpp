#include "cli/kit/complaint.hpp"

#include "base/closest_names.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

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
  if (error.get_name() == "ExcludesError")
    for (const CLI::Option* option : app.get_options())
      if (option->get_positional() && option->get_name(true) == "model" && !option->results().empty())
        return option->results().front();
  return {};
}

}  // namespace

std::string complaint(const CLI::App& root, const CLI::App& app, const CLI::ParseError& error,
                      const std::vector<std::string>& arguments) {
  const std::vector<std::string> commands = names_of_commands(app);
  const bool lacks_command = !commands.empty() && error.get_name() == "RequiredError";
  const char* what = &app == &root ? "verb" : "command";
  // The words behind the command are left over: the first is the one that was mistyped.
  const std::vector<std::string> left = app.remaining();
  if (lacks_command && !left.empty() && !left.front().starts_with('-'))
    return unknown_name(what, left.front(), commands);
  const std::string option = unknown_option(&root, arguments);
  if (!option.empty())
    return fmt::format("unknown option '{}'{}", option, did_you_mean(option, names_of_options(app)));
  if (const std::string model = second_model(app, error); !model.empty())
    return fmt::format("the network is named twice: by --model, and by the argument '{}'", model);
  if (!lacks_command)
    return error.what();
  return fmt::format("a {} is missing: expected one of {}", what, fmt::join(commands, ", "));
}

}  // namespace fovea::cli
