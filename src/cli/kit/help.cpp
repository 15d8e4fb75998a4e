#include "cli/kit/help.hpp"

#include "base/wrapped_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

/// Longer lines are hard to read.
constexpr std::size_t kWidest = 120;
constexpr std::size_t kShortExamples = 3;

std::string heading_of(const OptionDescription& option) {
  // Names without a short one stand below the long ones of the others.
  const bool is_long_only = !option.is_argument && option.names.front().starts_with("--");
  std::string text = fmt::format("{}{}", is_long_only ? "    " : "", fmt::join(option.names, ", "));
  if (!option.is_argument && !option.value.empty())
    text += " " + option.value;
  return text + (option.is_list && !option.value.empty() ? " ..." : "");
}

std::string titled(const std::string& title, const Rows& rows, std::size_t width) {
  return rows.empty() ? "" : "\n" + title + ":\n" + two_columns(rows, width);
}

std::string paragraph(const std::string& text, std::size_t width) {
  return fmt::format("{}\n", fmt::join(wrapped_lines(text, width), "\n"));
}

/// Examples as lines that can be copied, with their meaning below.
std::string examples_text(const std::vector<ExampleDescription>& examples, std::size_t width) {
  std::string text;
  for (const ExampleDescription& example : examples) {
    text += "  " + example.line + "\n";
    for (const std::string& line : wrapped_lines(example.meaning, width > 26 ? width - 6 : 20))
      text += "      " + line + "\n";
  }
  return text;
}

}  // namespace

std::string help_text(const CommandDescription& command, std::size_t width) {
  width = std::min(width, kWidest);
  std::string text = paragraph(command.help, width) + "\nUsage: " + usage_line(command) + "\n";
  for (const std::string& group : command_groups(command)) {
    Rows rows;
    for (const CommandDescription& below : command.commands)
      if (below.group == group)
        rows.emplace_back(below.names.back(), below.help);
    text += titled(group, rows, width);
  }
  Rows arguments;
  for (const OptionDescription& option : command.options)
    if (option.is_argument)
      arguments.emplace_back(heading_of(option), option.help + value_facts(option));
  text += titled("Arguments", arguments, width);
  for (const std::string& group : option_groups(command)) {
    Rows rows;
    for (const OptionDescription& option : command.options)
      if (!option.is_argument && option.group == group)
        rows.emplace_back(heading_of(option), option.help + value_facts(option));
    text += titled(group, rows, width);
  }
  if (!command.examples.empty())
    text += "\nExamples:\n" + examples_text(command.examples, width);
  return text;
}

std::string short_help(const CommandDescription& program, std::size_t width) {
  width = std::min(width, kWidest);
  std::vector<ExampleDescription> examples = program.examples;
  examples.resize(std::min(examples.size(), kShortExamples));
  return paragraph(program.help, width) + "\n" + examples_text(examples, width) + "\n" +
         paragraph(
             fmt::format("'{0} --help' lists all commands, '{0} COMMAND --help' what one of them takes.",
                         program.names.front()),
             width);
}

}  // namespace fovea::cli
