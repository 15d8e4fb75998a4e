#include "cli/kit/markdown_reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

namespace fovea::cli {
namespace {

/// An option that at least this many commands describe in the same words is described once for all.
constexpr int kSharedBy = 4;

constexpr const char* kIntroduction = R"(# Command-line reference

This page lists every command of `fovea` with its arguments and options. The program writes it, as it writes the
manual pages (`fovea man docs --markdown`); to change it, edit the descriptions in `src/cli`.
[Using the command line](command-line.md) explains what the commands have in common: pictures, classes, preprocessing,
the files they write, and exit codes.

    fovea COMMAND ARGUMENTS [OPTIONS]

Every command has `--help`, which prints its options. `fovea --version` prints the version and what a report of a fault
should say: compiler, oneDNN and the instructions it uses on this processor, OpenCV, the ONNX operator sets that are read.

)";

/// Plain text in a cell of a table: nothing of it is taken for Markdown.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::string("|*_<>[]\\`").find(c) != std::string::npos)
      result += '\\';
    result += c;
  }
  return result;
}

/// "`-o`, `--output PATH`" or "`images ...`".
std::string heading_of(const OptionDescription& option) {
  std::string text = fmt::format("`{}", fmt::join(option.names, "`, `"));
  if (!option.is_argument && !option.value.empty())
    text += " " + option.value;
  return text + (option.is_list && !option.value.empty() ? " ...`" : "`");
}

std::string row_of(const OptionDescription& option) {
  return fmt::format("| {} | {} |\n", heading_of(option), cell(option.help + value_facts(option)));
}

/// In how many commands each row appears.
using Rows = std::map<std::string, int>;

Rows count_rows(const CommandDescription& program) {
  Rows rows;
  for_each_command(program, [&](const CommandDescription& command) {
    for (const OptionDescription& option : command.options)
      ++rows[row_of(option)];
  });
  return rows;
}

/// The introduction names --help for all commands.
bool is_help(const OptionDescription& option) {
  return option.names.back() == "--help";
}

bool is_shared(const OptionDescription& option, const Rows& rows) {
  return !option.is_argument && rows.at(row_of(option)) >= kSharedBy;
}

/// The link to a command's section: "evaluate merge" is "#fovea-evaluate-merge".
std::string link_to(const CommandDescription& command) {
  return fmt::format("[`{}`](#{})", joined_names(command, " "), joined_names(command, "-"));
}

std::string table(const std::string& title, const std::string& rows) {
  return rows.empty() ? "" : fmt::format("| {} | meaning |\n|---|---|\n{}\n", title, rows);
}

std::string commands_table(const CommandDescription& command) {
  std::string rows;
  for (const CommandDescription& below : command.commands)
    rows += fmt::format("| {} | {} |\n", link_to(below), cell(below.help));
  return table("command", rows);
}

std::string examples(const CommandDescription& command) {
  std::string text;
  for (const ExampleDescription& example : command.examples)
    text += fmt::format("{}:\n\n    {}\n\n", cell(example.meaning), example.line);
  return text;
}

std::string section(const CommandDescription& command, const Rows& rows) {
  std::string arguments;
  std::string options;
  std::vector<std::string> shared;
  for (const OptionDescription& option : command.options) {
    if (is_help(option))
      continue;
    if (is_shared(option, rows))
      shared.push_back("`" + option.names.back() + "`");
    else
      (option.is_argument ? arguments : options) += row_of(option);
  }
  std::string text = fmt::format("## {}\n\n{}.\n\n    {}\n\n", joined_names(command, " "), cell(command.help),
                                 usage_line(command));
  text += commands_table(command) + table("argument", arguments) + table("option", options);
  if (!shared.empty())
    text += fmt::format("[Shared options](#shared-options): {}.\n\n", fmt::join(shared, ", "));
  return command.commands.empty() ? text + examples(command) : text;
}

/// In the order in which the commands name them first.
std::string shared_section(const CommandDescription& program, Rows rows) {
  std::string text;
  for_each_command(program, [&](const CommandDescription& command) {
    for (const OptionDescription& option : command.options)
      if (!is_help(option) && is_shared(option, rows)) {
        text += row_of(option);
        rows[row_of(option)] = 0;
      }
  });
  return "## Shared options\n\nThese options mean the same wherever a command takes them.\n\n" +
         table("option", text);
}

}  // namespace

std::string markdown_reference(const CommandDescription& program) {
  const Rows rows = count_rows(program);
  std::string text = kIntroduction + commands_table(program);
  for (const CommandDescription& verb : program.commands)
    for_each_command(verb, [&](const CommandDescription& command) { text += section(command, rows); });
  text += shared_section(program, rows);
  text.pop_back();  // the empty line below the last table
  return text;
}

}  // namespace fovea::cli
