#include "cli/kit/command.hpp"

#include "cli/kit/common_options.hpp"
#include "cli/kit/complaint.hpp"
#include "cli/kit/help.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/shown_line.hpp"
#include "cli/kit/standard_streams.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/user_settings.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace fovea::cli {

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::check(const Check& check) {
  if (check.replaces_text())
    option_->transform(check.validator());
  else
    option_->check(check.validator());
  offer_->choices = check.offer().choices;
  offer_->files = check.offer().files;
  offer_->is_written = check.offer().is_written;
  offer_->is_named = check.offer().is_named;
  offer_->takes_archives = check.offer().takes_archives;
  offer_->names_runs = check.offer().names_runs;
  return *this;
}

Option& Option::refuse(const std::vector<std::string>& words, const std::string& message) {
  option_->transform(CLI::Validator(
      [=](const std::string& text) {
        return std::find(words.begin(), words.end(), text) == words.end() ? "" : message + " " + text;
      },
      ""));
  return *this;
}

Option& Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::delimiter(char character) {
  option_->delimiter(character);
  offer_->commas = character == ',';
  return *this;
}

Option& Option::completed_as(const std::string& kind) {
  offer_->listed = kind;
  return *this;
}

Option& Option::needs(const Option& other) {
  option_->needs(other.option_);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Command Command::add_command(const std::string& name, const std::string& help) {
  CLI::App* command = app_->add_subcommand(name, help);
  command->group(group_.empty() ? "Commands" : group_);
  return {command, shared_};
}

Command Command::in_group(const std::string& title) const {
  return {app_, shared_, title};
}

void Command::add_example(const std::string& line, const std::string& meaning) {
  shared_->examples[app_].push_back({line, meaning});
}

void Command::refuse_option(const std::string& name, const std::string& meant) {
  shared_->refused[app_].emplace_back(name, meant);
}

Option Command::in_its_group(CLI::Option* option) const {
  if (!group_.empty())
    option->group(group_);
  return {option, &shared_->offers[option]};
}

Option Command::add_option(const std::string& names, Destination value, const std::string& help) {
  CLI::Option* option =
      std::visit([&](auto* variable) { return app_->add_option(names, *variable, help); }, value.variable_);
  if (names.starts_with('-'))
    option->allow_extra_args(false);
  return in_its_group(option);
}

Option Command::add_flag(const std::string& names, bool& given, const std::string& help) {
  return in_its_group(app_->add_flag(names, given, help));
}

Option Command::add_switch(const std::string& names, std::optional<bool>& value, const std::string& help) {
  // Not bound to the optional itself: CLI11 would make it false where neither is given.
  return in_its_group(app_->add_flag_function(
      names, [&value](std::int64_t count) { value = count > 0; }, help));
}

Option Command::option(const std::string& name) const {
  CLI::Option* option = app_->get_option(name);
  return {option, &shared_->offers[option]};
}

bool Command::given(const std::string& name) const {
  return app_->get_option(name)->count() > 0;
}

std::vector<std::pair<std::string, std::vector<std::string>>> Command::given_options() const {
  std::vector<std::pair<std::string, std::vector<std::string>>> given;
  for (const CLI::Option* option : app_->get_options())
    if (option->count() > 0 && !option->get_positional())
      given.emplace_back(option->get_name(), option->results());
  return given;
}

std::vector<std::string> Command::plain_arguments(const std::set<std::string>& left_out) const {
  std::vector<std::string> words = describe().names, options;
  words.erase(words.begin());
  for (const CLI::Option* option : app_->get_options()) {
    if (option->count() == 0 || left_out.count(option->get_name()) > 0)
      continue;
    const std::vector<std::string>& values = option->results();
    if (option->get_positional()) {
      words.insert(words.end(), values.begin(), values.end());
      continue;
    }
    const bool is_flag = option->get_items_expected_max() == 0;
    if (is_flag && values.back() == "true")
      options.push_back(option->get_name());
    else if (const char between = option->get_delimiter(); between != '\0')
      options.push_back(fmt::format("{}={}", option->get_name(), fmt::join(values, std::string(1, between))));
    else
      for (const std::string& value : values)
        options.push_back(option->get_name() + "=" + value);
  }
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

void Command::needs_command() {
  app_->require_subcommand(1);
}

void Command::runs(Run work) {
  const std::vector<CLI::Option*> options = app_->get_options();
  shared_->common.add_to(
      *this, std::any_of(options.begin(), options.end(),
                         [this](const CLI::Option* option) { return shared_->offers[option].is_written; }));
  app_->callback([shared = shared_, work = std::move(work)] { shared->chosen = work; });
}

namespace {

OptionDescription describe_option(const CLI::Option& option, const Offer& offer) {
  OptionDescription result;
  for (const std::string& name : option.get_snames())
    result.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    result.names.push_back("--" + name);
  result.is_argument = result.names.empty();
  if (result.is_argument)
    result.names.push_back(option.get_name());
  result.help = option.get_description();
  result.default_value = option.get_default_str();
  result.group = option.get_group();
  result.choices = offer.choices;
  result.completed_as = offer.listed;
  result.has_commas = offer.commas;
  result.is_path = offer.files;
  result.is_required = option.get_required();
  result.is_list = option.get_items_expected_max() > 1;
  if (option.get_items_expected_max() == 0)
    return result;
  // The parser's name of the type: "INT", or with a check "INT:1 to 100".
  const std::string type = option.get_type_name();
  const std::size_t colon = type.find(':');
  result.value = offer.files ? "PATH" : type.substr(0, colon);
  if (colon != std::string::npos && offer.choices.empty() && !offer.files)
    result.range = type.substr(colon + 1);
  return result;
}

}  // namespace

CommandDescription Command::describe() const {
  CommandDescription result;
  for (const CLI::App* app = app_; app != nullptr; app = app->get_parent())
    result.names.insert(result.names.begin(), app->get_name());
  result.group = app_->get_group();
  result.help = app_->get_description();
  if (const auto examples = shared_->examples.find(app_); examples != shared_->examples.end())
    result.examples = examples->second;
  for (const CLI::Option* option : app_->get_options())
    result.options.push_back(describe_option(*option, shared_->offers[option]));
  for (CLI::App* command : app_->get_subcommands([](const CLI::App*) { return true; }))
    result.commands.push_back(Command(command, shared_).describe());
  if (result.examples.empty())
    for (const CommandDescription& below : result.commands)
      result.examples.insert(result.examples.end(), below.examples.begin(), below.examples.end());
  return result;
}

CommandLine::CommandLine(const std::string& name, std::function<std::string()> version,
                         const std::string& help)
    : app_(std::make_unique<CLI::App>(help, name)) {
  app_->set_version_flag("--version", std::move(version), "Print the version and what it was built with");
  app_->formatter_fn([this](const CLI::App* app, const std::string&, CLI::AppFormatMode) {
    return help_text(Command(const_cast<CLI::App*>(app), &shared_).describe(), terminal_width(STDOUT_FILENO));
  });
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

namespace {

/// The last of the commands that the command line names, with the words that lead to it.
const CLI::App& named_command(const CLI::App& app, std::string& words) {
  const CLI::App* command = &app;
  words = command->get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    words += " " + command->get_name();
  }
  return *command;
}

}  // namespace

std::optional<Command> CommandLine::named_group(const std::vector<std::string>& arguments) {
  CLI::App* command = app_.get();
  for (const std::string& argument : arguments) {
    const auto below =
        command->get_subcommands([&](const CLI::App* each) { return each->get_name() == argument; });
    if (below.empty())
      return {};
    command = below.front();
  }
  if (command == app_.get() || names_of_commands(*command).empty())
    return {};
  return Command(command, &shared_);
}

std::optional<Run> CommandLine::parse(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "help") {  // 'help VERB' is what many try first
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  if (arguments.empty()) {
    print_lines(short_help(root().describe(), terminal_width(STDOUT_FILENO)));
    return {};
  }
  if (const auto group = named_group(arguments)) {
    print_lines(help_text(group->describe(), terminal_width(STDOUT_FILENO)));
    return {};
  }
  const ExtendedArguments extended = with_user_settings(*app_, arguments);
  std::string words;
  try {
    std::vector<std::string> reversed(extended.words.rbegin(), extended.words.rend());
    app_->parse(reversed);
    apply_common_options(
        named_command(*app_, words), shared_.common,
        [this](const CLI::Option* option) -> const Offer& { return shared_.offers[option]; });
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app_->exit(error);
      return {};
    }
    const CLI::App& app = named_command(*app_, words);
    if (const std::string origin = extended.origin_of(error.what()); !origin.empty())
      throw UsageError(fmt::format("{}: {}", origin, error.what()));
    throw UsageError(complaint(*app_, app, error, arguments, shared_.refused[&app]),
                     fmt::format("Run '{} --help' for the {}.", words,
                                 names_of_commands(app).empty() ? "options" : "commands"));
  }
  shared_.line = shown_line(named().describe(), arguments);
  return shared_.chosen;
}

Command CommandLine::named() {
  std::string words;
  return {const_cast<CLI::App*>(&named_command(*app_, words)), &shared_};
}

}  // namespace fovea::cli
