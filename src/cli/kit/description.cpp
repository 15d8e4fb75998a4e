#include "cli/kit/description.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::cli {
namespace {

void append_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end())
    list.push_back(text);
}

}  // namespace

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

std::string usage_line(const CommandDescription& command) {
  std::string text = joined_names(command, " ");
  if (!command.commands.empty())
    return text + " COMMAND ...";
  for (const OptionDescription& option : command.options)
    if (option.is_argument) {
      const std::string name = option.names.front() + (option.is_list ? "..." : "");
      text += option.is_required ? " " + name : " [" + name + "]";
    }
  for (const OptionDescription& option : command.options)
    if (option.is_required && !option.is_argument)
      text += fmt::format(" {} {}", option.names.front(), option.value);
  return text + " [OPTIONS]";
}

std::vector<std::string> option_groups(const CommandDescription& command) {
  std::vector<std::string> groups;
  for (const OptionDescription& option : command.options)
    if (!option.is_argument)
      append_once(groups, option.group);
  return groups;
}

std::vector<std::string> command_groups(const CommandDescription& command) {
  std::vector<std::string> groups;
  for (const CommandDescription& below : command.commands)
    append_once(groups, below.group);
  return groups;
}

}  // namespace fovea::cli
