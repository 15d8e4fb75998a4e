#include "cli/kit/command.hpp"

#include "base/shown_path.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/networks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <utility>

namespace fovea::cli {

Check::Check(const CLI::Validator& validator, Offer offer)
    : validator_(std::make_shared<const CLI::Validator>(validator)), offer_(std::move(offer)) {}

namespace {

/// A check of a number; infinity and NaN, which the parser's own checks let pass, are none.
Check number_check(bool (*fine)(double value, double lowest, double highest), double lowest, double highest,
                   const std::string& expected, const std::string& description) {
  return Check(CLI::Validator(
      [=](const std::string& text) {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && fine(value, lowest, highest))
          return std::string();
        return fmt::format("expected {}, found '{}'", expected, text);
      },
      description));
}

CLI::Validator any_but_empty(const std::string& expected, const std::string& description) {
  return CLI::Validator(
      [expected](const std::string& text) {
        return text.empty() ? "expected " + expected + ", found an empty one" : std::string();
      },
      description);
}

}  // namespace

Check file_or_folder() {
  return Check(any_but_empty("the name of a file or folder", "PATH"), {.files = true});
}

Check not_empty() {
  return Check(any_but_empty("a name", ""));
}

Check above_zero() {
  return number_check([](double value, double, double) { return value > 0; }, 0, 0, "a positive number",
                      "above 0");
}

Check not_negative() {
  return number_check([](double value, double, double) { return value >= 0; }, 0, 0,
                      "a number that is not negative", "0 or more");
}

Check between(double lowest, double highest) {
  return number_check([](double value, double low, double high) { return value >= low && value <= high; },
                      lowest, highest, fmt::format("a number from {:g} to {:g}", lowest, highest),
                      fmt::format("{:g} to {:g}", lowest, highest));
}

Check whole_number(std::int64_t lowest, std::int64_t highest) {
  return Check(CLI::Range(lowest, highest).description(fmt::format("{} to {}", lowest, highest)));
}

Check picture_size_text() {
  return Check(CLI::Validator(
      [](const std::string& text) {
        return parse_picture_size(text)
                   ? std::string()
                   : fmt::format("expected a side from 1 to 65536, or HEIGHTxWIDTH, found '{}'", text);
      },
      "SIDE or HEIGHTxWIDTH"));
}

Check one_of(const std::vector<std::string>& words) {
  return Check(CLI::IsMember(words), {.choices = words});
}

Check one_of_numbers(const std::vector<int>& numbers) {
  Offer offer;
  for (const int number : numbers)
    offer.choices.push_back(std::to_string(number));
  return Check(CLI::IsMember(numbers), std::move(offer));
}

Check one_of_in_any_case(const std::vector<std::string>& words) {
  return Check(CLI::IsMember(words, CLI::ignore_case), {.choices = words});
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::check(const Check& check) {
  option_->check(check.validator());
  *offer_ = check.offer();
  return *this;
}

Option& Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::delimiter(char character) {
  option_->delimiter(character);
  return *this;
}

Option& Option::one_value_each() {
  option_->allow_extra_args(false);
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
  return {app_->add_subcommand(name, help), shared_};
}

Option Command::with_offer(CLI::Option* option) const {
  return {option, &shared_->offers[option]};
}

Option Command::add_option(const std::string& names, Destination value, const std::string& help) {
  return with_offer(
      std::visit([&](auto* variable) { return app_->add_option(names, *variable, help); }, value.variable_));
}

Option Command::add_flag(const std::string& names, bool& given, const std::string& help) {
  return with_offer(app_->add_flag(names, given, help));
}

Option Command::add_switch(const std::string& names, std::optional<bool>& value, const std::string& help) {
  // Not bound to the optional itself: CLI11 would make it false where neither is given.
  return with_offer(app_->add_flag_function(
      names, [&value](std::int64_t count) { value = count > 0; }, help));
}

Option Command::option(const std::string& name) const {
  return with_offer(app_->get_option(name));
}

void Command::needs_command() {
  app_->require_subcommand(1);
}

void Command::runs(Run work) {
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
  result.choices = offer.choices;
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
  result.help = app_->get_description();
  for (const CLI::Option* option : app_->get_options())
    result.options.push_back(describe_option(*option, shared_->offers[option]));
  for (CLI::App* command : app_->get_subcommands([](const CLI::App*) { return true; }))
    result.commands.push_back(Command(command, shared_).describe());
  return result;
}

std::string joined_names(const CommandDescription& command, const std::string& between, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < command.names.size(); ++i)
    text += (i == first ? "" : between) + command.names[i];
  return text;
}

std::string value_facts(const OptionDescription& option) {
  std::vector<std::string> facts;
  if (option.is_required && !option.is_argument)
    facts.emplace_back("required");
  if (!option.choices.empty())
    facts.push_back(fmt::format("one of {}", fmt::join(option.choices, ", ")));
  else if (!option.range.empty())
    facts.push_back(option.range);
  if (!option.default_value.empty())
    facts.push_back("default " + option.default_value);
  return facts.empty() ? "" : fmt::format(" [{}]", fmt::join(facts, "; "));
}

CommandLine::CommandLine(const std::string& name, std::function<std::string()> version,
                         const std::string& help)
    : app_(std::make_unique<CLI::App>(help, name)) {
  app_->set_version_flag("--version", std::move(version), "Print the version and what it was built with");
  app_->get_formatter()->column_width(38);
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

namespace {

/// The message for a command line that is invalid. CLI11 only counts verbs: a mistyped one is "missing" to
/// it.
std::string complaint(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv) {
  if (!app.get_subcommands().empty() || error.get_name() != "RequiredError")
    return error.what();
  std::string verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    verbs += (verbs.empty() ? "" : ", ") + verb->get_name();
  if (argc > 1 && argv[1][0] == '-')
    return fmt::format("unknown option '{}'", argv[1]);
  return argc > 1 ? fmt::format("unknown verb '{}': expected one of {}", argv[1], verbs)
                  : fmt::format("a verb is missing: expected one of {}", verbs);
}

}  // namespace

namespace {

/// An argument as a shell takes it: in single quotes where it has to be.
std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 128 || (c != 0 && std::strchr("-_./,:=+@%", c) != nullptr);
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain))
    return text;
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::optional<Run> CommandLine::parse(int argc, const char* const* argv) {
  shared_.line = app_->get_name();
  for (int i = 1; i < argc; ++i)
    shared_.line += ' ' + shell_word(shown_argument(argv[i]));
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app_->exit(error);
      return {};
    }
    std::string words = app_->get_name();
    for (const CLI::App* verb = app_.get(); !verb->get_subcommands().empty();) {
      verb = verb->get_subcommands().front();
      words += " " + verb->get_name();
    }
    throw UsageError(complaint(*app_, error, argc, argv),
                     fmt::format("Run '{} --help' for the options.", words));
  }
  return shared_.chosen;
}

}  // namespace fovea::cli
