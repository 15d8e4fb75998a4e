#include "cli/command.hpp"

#include "cli/common.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace fovea::cli {

Check::Check(const CLI::Validator& validator)
    : validator_(std::make_shared<const CLI::Validator>(validator)) {}

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

}  // namespace

Check not_empty() {
  return Check(CLI::Validator(
      [](const std::string& text) {
        return std::string(text.empty() ? "expected the name of a file or folder, found an empty one" : "");
      },
      "PATH"));
}

Check above_zero() {
  return number_check([](double value, double, double) { return value > 0; }, 0, 0, "a positive number",
                      "POSITIVE");
}

Check not_negative() {
  return number_check([](double value, double, double) { return value >= 0; }, 0, 0,
                      "a number that is not negative", "NONNEGATIVE");
}

Check between(double lowest, double highest) {
  return number_check([](double value, double low, double high) { return value >= low && value <= high; },
                      lowest, highest, fmt::format("a number from {:g} to {:g}", lowest, highest),
                      fmt::format("{:g} to {:g}", lowest, highest));
}

Check whole_number(std::int64_t lowest, std::int64_t highest) {
  return Check(CLI::Range(lowest, highest));
}

Check one_of(const std::vector<std::string>& words) {
  return Check(CLI::IsMember(words));
}

Check one_of_numbers(const std::vector<int>& numbers) {
  return Check(CLI::IsMember(numbers));
}

Check one_of_in_any_case(const std::vector<std::string>& words) {
  return Check(CLI::IsMember(words, CLI::ignore_case));
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::check(const Check& check) {
  option_->check(check.validator());
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
  return {app_->add_subcommand(name, help), chosen_};
}

Option Command::add_option(const std::string& names, Destination value, const std::string& help) {
  return Option(
      std::visit([&](auto* variable) { return app_->add_option(names, *variable, help); }, value.variable_));
}

Option Command::add_flag(const std::string& names, bool& given, const std::string& help) {
  return Option(app_->add_flag(names, given, help));
}

Option Command::add_switch(const std::string& names, std::optional<bool>& value, const std::string& help) {
  // Not bound to the optional itself: CLI11 would make it false where neither is given.
  return Option(app_->add_flag_function(
      names, [&value](std::int64_t count) { value = count > 0; }, help));
}

Option Command::option(const std::string& name) const {
  return Option(app_->get_option(name));
}

void Command::needs_command() {
  app_->require_subcommand(1);
}

void Command::runs(Run work) {
  app_->callback([chosen = chosen_, work = std::move(work)] { *chosen = work; });
}

CommandLine::CommandLine(const std::string& name, const std::string& version, const std::string& help)
    : app_(std::make_unique<CLI::App>(help, name)) {
  app_->set_version_flag("--version", version);
  app_->get_formatter()->column_width(38);
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

namespace {

/// What to say of a command line that does not parse. CLI11 only counts verbs: a mistyped one is "missing" to
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

std::optional<Run> CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app_->exit(error);
      return {};
    }
    const auto verbs = app_->get_subcommands();
    throw UsageError(fmt::format("{}\nRun '{} {}--help' for the options.",
                                 complaint(*app_, error, argc, argv), app_->get_name(),
                                 verbs.empty() ? "" : verbs.front()->get_name() + " "));
  }
  return chosen_;
}

}  // namespace fovea::cli
