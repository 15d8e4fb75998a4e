#include "cli/kit/completions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea::cli {
namespace {

/// In fish, a backslash, too, means something between single quotes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + "'";
}

std::string key_of(const CommandDescription& command) {
  return joined_names(command, " ", 1);
}

/// "complete" for words that may stand behind this command.
std::string complete_at(const CommandDescription& command) {
  const std::string& name = command.names.front();
  return fmt::format("complete -c {0} -n {1}", name,
                     quoted(fmt::format("__{}_command_is {}", name, quoted(key_of(command)))));
}

std::string option_line(const CommandDescription& command, const OptionDescription& option) {
  std::string line = complete_at(command);
  if (!option.is_argument)
    for (const std::string& name : option.names)
      line += name[1] == '-' ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.is_path)
    line += option.is_argument ? " -F" : " -r -F";
  else if (!option.value.empty() && !option.is_argument)
    line += " -x";
  if (!option.completed_as.empty())
    line += " -a " + quoted("(__fovea_list " + option.completed_as + ")");
  else if (!option.choices.empty() && option.has_commas)
    line += " -a " + quoted(fmt::format("(__fovea_with_commas {})", fmt::join(option.choices, " ")));
  else if (!option.choices.empty())
    line += " -a " + quoted(fmt::format("{}", fmt::join(option.choices, " ")));
  return line + " -d " + quoted(option.help) + "\n";
}

std::string lines_of(const CommandDescription& command) {
  std::string text;
  for (const CommandDescription& below : command.commands)
    text += fmt::format("{} -a {} -d {}\n", complete_at(command), below.names.back(), quoted(below.help));
  for (const OptionDescription& option : command.options)
    text += option_line(command, option);
  return text;
}

std::string command_branches(const CommandDescription& command) {
  std::string text;
  for (const CommandDescription& below : command.commands)
    text += fmt::format("            case {}\n                set command {}\n",
                        quoted(key_of(command) + "/" + below.names.back()), quoted(key_of(below)));
  return text;
}

constexpr const char* kScript = R"script(# fish completion for @NAME@, written by '@NAME@ completions fish'

# Whether this is the command that the line names so far.
function __@NAME@_command_is
    set -l command ''
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch "$command/$word"
@COMMANDS@        end
    end
    test "$command" = "$argv"
end

# Names that the program knows: of networks, or of the layers of the one on the line.
function __@NAME@_list
    set -l words (commandline -opc)
    set -l model
    for i in (seq (count $words))
        if contains -- $words[$i] -m --model; and test $i -lt (count $words)
            set model -m $words[(math $i + 1)]
        else if string match -q -- '*.onnx' $words[$i]
            set model -m $words[$i]
        end
    end
    if test $argv = layers
        @NAME@ completions --list layers $model 2>/dev/null
    else
        @NAME@ completions --list $argv 2>/dev/null
    end
end

# The values behind those that stand before the last comma.
function __@NAME@_with_commas
    set -l kept (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '^.*,')
    for word in $argv
        echo "$kept$word"
    end
end

complete -c @NAME@ -f
@LINES@)script";

}  // namespace

std::string fish_completion(const CommandDescription& program) {
  std::string commands, lines;
  for_each_command(program, [&](const CommandDescription& command) {
    commands += command_branches(command);
    lines += lines_of(command);
  });
  return filled_in(kScript, {{"NAME", program.names.front()}, {"COMMANDS", commands}, {"LINES", lines}});
}

}  // namespace fovea::cli
