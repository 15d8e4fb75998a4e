#include "cli/kit/shown_line.hpp"

#include "base/shell_word.hpp"
#include "base/shown_path.hpp"

#include <algorithm>

namespace fovea::cli {
namespace {

/// Whether a word names an option, alone or before a "=", whose values are no paths.
bool names_plain_option(const CommandDescription& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  return std::any_of(command.options.begin(), command.options.end(), [&](const OptionDescription& option) {
    return !option.is_argument && !option.is_path && !option.value.empty() &&
           std::find(option.names.begin(), option.names.end(), name) != option.names.end();
  });
}

/// Whether arguments are given and none of them is a path, as those of another command are.
bool has_plain_arguments(const CommandDescription& command) {
  const auto is_argument = [](const OptionDescription& option) { return option.is_argument; };
  const auto is_path = [](const OptionDescription& option) { return option.is_argument && option.is_path; };
  return std::any_of(command.options.begin(), command.options.end(), is_argument) &&
         std::none_of(command.options.begin(), command.options.end(), is_path);
}

}  // namespace

std::string shown_line(const CommandDescription& command, const std::vector<std::string>& arguments) {
  std::string line = command.names.front();
  bool is_plain_value = false, are_options_over = false;
  const bool are_arguments_plain = has_plain_arguments(command);
  for (const std::string& argument : arguments) {
    const bool is_plain_option =
        !are_options_over && !is_plain_value && names_plain_option(command, argument);
    line += ' ' + shell_word(is_plain_option || is_plain_value || (are_options_over && are_arguments_plain)
                                 ? argument
                                 : shown_argument(argument));
    are_options_over = are_options_over || (!is_plain_value && argument == "--");
    is_plain_value = is_plain_option && argument.find('=') == std::string::npos;
  }
  return line;
}

}  // namespace fovea::cli
