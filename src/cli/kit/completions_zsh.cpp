#include "cli/kit/completions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea::cli {
namespace {

/// With a backslash before each of the characters, which mean something to _arguments or _describe.
std::string escaped(const std::string& text, const std::string& special) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || special.find(c) != std::string::npos)
      result += '\\';
    result += c;
  }
  return result;
}

std::string function_of(const CommandDescription& command) {
  return "_" + joined_names(command, "_");
}

/// The part of a specification that says what the value is: ":PATH:_files", ":NAME:(gradient lrp)".
std::string value_spec(const OptionDescription& option) {
  std::string action = " ";  // a blank: there is a value, of which nothing is known
  if (!option.completed_as.empty())
    action = "_fovea_list_" + option.completed_as;
  else if (option.is_path)
    action = "_files";
  else if (!option.choices.empty() && option.has_commas)
    action = fmt::format("_values -s , value {}", fmt::join(option.choices, " "));
  else if (!option.choices.empty())
    action = fmt::format("({})", fmt::join(option.choices, " "));
  return fmt::format(":{}:{}", option.is_argument ? option.names.front() : option.value, action);
}

/// Words for _arguments: "'(-o --output)'{-o,--output}'[help]:PATH:_files'".
std::string option_spec(const OptionDescription& option) {
  const std::string tail = (option.is_argument ? "" : "[" + escaped(option.help, "[]:") + "]") +
                           (option.value.empty() ? "" : value_spec(option));
  if (option.is_argument)
    return shell_quoted((option.is_list ? "*" : "") + tail);
  if (option.names.size() == 1)
    return shell_quoted((option.is_list ? "*" : "") + option.names.front() + tail);
  const std::string before =
      option.is_list ? "'*'" : shell_quoted(fmt::format("({})", fmt::join(option.names, " ")));
  return fmt::format("{}{{{}}}{}", before, fmt::join(option.names, ","), shell_quoted(tail));
}

/// The function that completes what stands behind the command's name.
std::string function_text(const CommandDescription& command) {
  std::string options;
  for (const OptionDescription& option : command.options)
    options += " \\\n    " + option_spec(option);
  const std::string name = function_of(command);
  if (command.commands.empty())
    return fmt::format("{}() {{\n  _arguments{}\n}}\n\n", name, options);

  std::string described, branches;
  for (const CommandDescription& below : command.commands) {
    described += "        " + shell_quoted(escaped(below.names.back(), ":") + ":" + below.help) + "\n";
    branches += fmt::format("        {}) {} ;;\n", below.names.back(), function_of(below));
  }
  return fmt::format(R"({}() {{
  local context state state_descr line
  typeset -A opt_args
  _arguments -C{} \
    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
{}      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
{}      esac
      ;;
  esac
}}

)",
                     name, options, described, branches);
}

/// The functions behind OptionDescription::completed_as.
constexpr const char* kListFunctions = R"zsh(_fovea_list_networks() {
  local -a names
  names=(${(f)"$(fovea completions --list networks 2>/dev/null)"})
  compadd -a names
  _files
}

_fovea_list_known-networks() {
  local -a names
  names=(${(f)"$(fovea completions --list known-networks 2>/dev/null)"})
  compadd -a names
}

_fovea_list_layers() {
  local -a names
  local model=${opt_args[-m]:-${opt_args[--model]:-${words[(r)*.onnx]}}}
  names=(${(f)"$(fovea completions --list layers ${model:+-m} ${model/#\~/$HOME} 2>/dev/null)"})
  compadd -a names
}

)zsh";

}  // namespace

std::string zsh_completion(const CommandDescription& program) {
  const std::string& name = program.names.front();
  std::string text =
      fmt::format("#compdef {0}\n# zsh completion for {0}, written by '{0} completions zsh'\n\n", name) +
      kListFunctions;
  for_each_command(program, [&](const CommandDescription& command) { text += function_text(command); });
  // Loaded by its name, the file is the function itself; sourced, it registers it.
  return text +
         fmt::format("if [[ $funcstack[1] == _{0} ]]; then\n  _{0} \"$@\"\nelse\n  compdef _{0} {0}\nfi\n",
                     name);
}

}  // namespace fovea::cli
