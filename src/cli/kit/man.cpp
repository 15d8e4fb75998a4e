#include "base/atomic_file.hpp"
#include "base/make_folder.hpp"
#include "base/replacement.hpp"
#include "cli/kit/markdown_reference.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <vector>

namespace fovea::cli {
namespace {

/// Plain text as roff shows it: hyphens are ASCII's, and nothing is taken for a request.
std::string roff(const std::string& text) {
  std::string result = text.find_first_of(".'") == 0 ? "\\&" : "";
  for (const char c : text)
    result += c == '-' ? "\\-" : c == '\\' ? "\\e" : std::string(1, c);
  return result;
}
std::string bold(const std::string& text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(const std::string& text) {
  return "\\fI" + roff(text) + "\\fR";
}

/// "fovea-evaluate-merge": the page's name.
std::string page_of(const CommandDescription& command) {
  return joined_names(command, "-");
}

/// "-o, --output PATH" or "images ...".
std::string heading_of(const OptionDescription& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names)
    names.push_back(option.is_argument ? italic(name) : bold(name));
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (!option.is_argument && !option.value.empty())
    text += " " + italic(option.value);
  return option.is_list && !option.value.empty() ? text + " ..." : text;
}

std::string entry_of(const OptionDescription& option) {
  return fmt::format(".TP\n{}\n{}\n", heading_of(option), roff(option.help + value_facts(option)));
}

std::string arguments_section(const CommandDescription& command) {
  std::string text;
  for (const OptionDescription& option : command.options)
    if (option.is_argument)
      text += entry_of(option);
  return text.empty() ? "" : ".SH ARGUMENTS\n" + text;
}

/// A section for each group of options.
std::string options_sections(const CommandDescription& command) {
  std::string text;
  for (const std::string& group : option_groups(command)) {
    std::string title;
    for (const char c : group)
      title += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    text += group == "Options" ? ".SH OPTIONS\n" : fmt::format(".SH {} OPTIONS\n", roff(title));
    for (const OptionDescription& option : command.options)
      if (!option.is_argument && option.group == group)
        text += entry_of(option);
  }
  return text;
}

std::string examples_section(const CommandDescription& command) {
  std::string text = command.examples.empty() ? "" : ".SH EXAMPLES\n";
  for (const ExampleDescription& example : command.examples)
    text += fmt::format(".TP\n{}\n{}\n", bold(example.line), roff(example.meaning));
  return text;
}

std::string synopsis(const CommandDescription& command) {
  std::string text = ".SH SYNOPSIS\n" + bold(joined_names(command, " "));
  if (!command.commands.empty())
    return text + " " + italic("COMMAND") + " ...\n";
  for (const OptionDescription& option : command.options)
    if (option.is_argument)
      text += option.is_required ? " " + heading_of(option) : " [" + heading_of(option) + "]";
  for (const OptionDescription& option : command.options)
    if (option.is_required && !option.is_argument)
      text += " " + bold(option.names.front()) + " " + italic(option.value);
  return text + " [" + italic("OPTIONS") + "]\n";
}

std::string commands_section(const CommandDescription& command) {
  std::string text = command.commands.empty() ? "" : ".SH COMMANDS\n";
  for (const CommandDescription& below : command.commands)
    text += fmt::format(".TP\n{}\n{}\n", bold(below.names.back()), roff(below.help));
  return text;
}

std::string see_also(const CommandDescription& command) {
  std::vector<std::string> pages;
  if (command.names.size() > 1) {
    const std::vector<std::string> above(command.names.begin(), command.names.end() - 1);
    pages.push_back(bold(fmt::format("{}", fmt::join(above, "-"))) + "(1)");
  }
  for (const CommandDescription& below : command.commands)
    pages.push_back(bold(page_of(below)) + "(1)");
  return fmt::format(".SH SEE ALSO\n{}\n", fmt::join(pages, ",\n"));
}

constexpr const char* kExitStatus = R"(.SH EXIT STATUS
.TP
0
done
.TP
1
a model, picture, array or name cannot be used, or a file not written; with several pictures: at least one
failed, the others are done
.TP
2
the command line itself is wrong
.TP
3
.B fovea compare
found a difference beyond a threshold
.TP
70
a fault of the program: please report it
.TP
75
a run over many photos was stopped by a signal: the same command with --resume goes on
)";

std::string manual_page(const CommandDescription& command) {
  const std::string page = page_of(command);
  std::string title;
  for (const char c : page)
    title += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return fmt::format(".TH {} 1 \"\" \"fovea " FOVEA_VERSION "\" \"fovea manual\"\n", roff(title)) +
         ".SH NAME\n" + roff(page) + " \\- " + roff(command.help) + "\n" + synopsis(command) +
         arguments_section(command) + commands_section(command) + options_sections(command) +
         examples_section(command) + kExitStatus + see_also(command);
}

int write_pages(const CommandDescription& program, const std::string& folder) {
  make_folder(folder);
  std::vector<std::string> paths;
  for_each_command(program, [&](const CommandDescription& command) {
    paths.push_back((std::filesystem::path(folder) / (page_of(command) + ".1")).string());
  });
  check_replacements(paths);
  auto path = paths.begin();
  for_each_command(program, [&](const CommandDescription& command) {
    write_file_atomically(*path, manual_page(command));
    print("{}\n", *path++);
  });
  return 0;
}

int write_markdown(const CommandDescription& program, const std::string& folder) {
  make_folder(folder);
  const std::string path = (std::filesystem::path(folder) / "cli.md").string();
  write_file_atomically(path, markdown_reference(program));
  print("{}\n", path);
  return 0;
}

}  // namespace

void add_man(Command app) {
  auto folder = std::make_shared<std::string>();
  auto markdown = std::make_shared<bool>(false);
  Command verb = app.add_command("man", "Write manual pages, one for each command");
  verb.add_option("folder", *folder, "folder to write into; created if needed")
      .required()
      .check(output_in(kFolderOnly));
  verb.add_flag("--markdown", *markdown, "write one page in Markdown instead, cli.md");
  verb.add_example("fovea man man1", "manual pages that man -l reads");
  verb.runs([app, folder, markdown] {
    return *markdown ? write_markdown(app.describe(), *folder) : write_pages(app.describe(), *folder);
  });
}

}  // namespace fovea::cli
