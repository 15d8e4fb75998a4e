#include "cli/kit/completions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea::cli {
namespace {

/// The words that stand after the program's name: "", "saliency", "evaluate merge".
std::string key_of(const CommandDescription& command) {
  return joined_names(command, " ", 1);
}

/// Branches of a case over "what was found so far/the next word".
std::string command_branches(const CommandDescription& command) {
  std::string text;
  for (const CommandDescription& below : command.commands)
    text += fmt::format("      {}) command={} ;;\n", shell_quoted(key_of(command) + "/" + below.names.back()),
                        shell_quoted(key_of(below)));
  return text;
}

/// Assignments that say what completes the value.
std::string offer_of(const OptionDescription& option) {
  std::string text = option.is_path ? "files=1 " : "";
  if (!option.completed_as.empty())
    text += "listed=" + option.completed_as + " ";
  if (!option.is_path)
    text += fmt::format("words={} ", shell_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  if (option.has_commas)
    text += "commas=1 ";
  text.pop_back();
  return text;
}

/// Branches of a case over "command:option" for options that take a value.
std::string value_branches(const CommandDescription& command) {
  std::string text;
  for (const OptionDescription& option : command.options) {
    if (option.is_argument || option.value.empty())
      continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names)
      patterns.push_back(shell_quoted(key_of(command) + ":" + name));
    text += fmt::format("    {}) {} ;;\n", fmt::join(patterns, "|"), offer_of(option));
  }
  return text;
}

/// A branch of a case over commands: its options, and what else may stand there.
std::string word_branch(const CommandDescription& command) {
  std::vector<std::string> options, words;
  bool files = false;
  std::string listed;
  for (const CommandDescription& below : command.commands)
    words.push_back(below.names.back());
  for (const OptionDescription& option : command.options) {
    if (option.is_argument) {
      words.insert(words.end(), option.choices.begin(), option.choices.end());
      files = files || option.is_path;
      listed = option.completed_as.empty() ? listed : " listed=" + option.completed_as;
    } else {
      options.insert(options.end(), option.names.begin(), option.names.end());
    }
  }
  return fmt::format("        {})\n          options={}\n          words={}{}{} ;;\n",
                     shell_quoted(key_of(command)), shell_quoted(fmt::format("{}", fmt::join(options, " "))),
                     shell_quoted(fmt::format("{}", fmt::join(words, " "))), files ? " files=1" : "", listed);
}

constexpr const char* kScript = R"script(# bash completion for @NAME@, written by '@NAME@ completions bash'
_@NAME@() {
  local word=${COMP_WORDS[COMP_CWORD]} before='' command='' options='' words='' files='' listed='' commas='' model='' i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command/${COMP_WORDS[i]}" in
@COMMANDS@    esac
    case "${COMP_WORDS[i]}" in
      -m|--model) model=${COMP_WORDS[i + 1]} ;;
      *.onnx) model=${COMP_WORDS[i]} ;;
    esac
  done

  # "--name=value" comes as three words.
  ((COMP_CWORD < 2)) || before=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $word == = ]]; then
    word=''
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case "$command:$before" in
@VALUES@    *)
      case "$command" in
@WORDS@      esac
      if [[ $word == -* ]]; then
        words=$options files='' listed=''
      fi
      ;;
  esac
  if [[ $listed == layers ]]; then
    words+=" $("${COMP_WORDS[0]}" completions --list layers ${model:+-m "${model/#\~/$HOME}"} 2>/dev/null)"
  elif [[ -n $listed ]]; then
    words+=" $("${COMP_WORDS[0]}" completions --list "$listed" 2>/dev/null)"
  fi
  if [[ -n $commas && $word == *,* ]]; then
    # The values that stand before the last comma are kept, and not offered again.
    local kept=${word%,*} each all=''
    for each in $words; do
      [[ ,$kept, == *",$each,"* ]] || all+=" $kept,$each"
    done
    words=$all
  fi

  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n $files ]]; then
    # Readline itself takes the words that begin with a quote. Fails where no completion is going on.
    compopt -o filenames -o default 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -F _@NAME@ @NAME@
)script";

}  // namespace

std::string bash_completion(const CommandDescription& program) {
  std::string commands, values, words;
  for_each_command(program, [&](const CommandDescription& command) {
    commands += command_branches(command);
    values += value_branches(command);
    words += word_branch(command);
  });
  return filled_in(
      kScript,
      {{"NAME", program.names.front()}, {"COMMANDS", commands}, {"VALUES", values}, {"WORDS", words}});
}

}  // namespace fovea::cli
