#include "cli/kit/user_settings.hpp"

#include "base/configuration.hpp"
#include "base/read_file.hpp"
#include "fovea/error.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

/// The keys of the configuration file: long names of options.
constexpr std::array<std::string_view, 10> kConfigurationKeys = {
    "model",     "preprocess", "threads", "workers", "max-memory",
    "precision", "colormap",   "color",   "quiet",   "no-progress"};

std::string environment_value(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// Where the configuration file may be; empty without a home folder.
std::string configuration_path() {
  fs::path folder = environment_value("XDG_CONFIG_HOME");
  if (!folder.is_absolute()) {
    const std::string home = environment_value("HOME");
    if (home.empty())
      return {};
    folder = fs::path(home) / ".config";
  }
  return (folder / "fovea" / "config").string();
}

std::vector<UserSetting> read_configuration() {
  const std::string path = configuration_path();
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored))
    return {};
  constexpr std::size_t largest = 1 << 20;
  std::vector<UserSetting> settings;
  for (ConfigurationEntry& entry : parse_configuration(read_file(path, largest), path, kConfigurationKeys)) {
    if (entry.key == "model" && entry.value.starts_with("~/"))
      entry.value.replace(0, 1, environment_value("HOME"));
    settings.push_back({entry.key, entry.value, fmt::format("{}:{}", path, entry.line)});
  }
  return settings;
}

const std::vector<UserSetting>& configuration() {
  static const std::vector<UserSetting> settings = read_configuration();
  return settings;
}

bool is_flag(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

/// Whether one of the words gives the option, by any of its names.
bool names_option(const CLI::Option& option, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    return std::any_of(option.get_lnames().begin(), option.get_lnames().end(),
                       [&](const std::string& each) { return name == "--" + each; }) ||
           std::any_of(option.get_snames().begin(), option.get_snames().end(), [&](const std::string& each) {
             return !word.starts_with("--") && word.starts_with("-" + each);
           });
  });
}

/// The word for a setting; empty for a flag that is off. InputError if a flag is neither on nor off.
std::string word_for(const UserSetting& setting, const CLI::Option& option) {
  if (!is_flag(option))
    return fmt::format("--{}={}", setting.key, setting.value);
  if (setting.value != "yes" && setting.value != "no")
    throw InputError(fmt::format("'{}' is yes or no, found '{}'", setting.key, setting.value),
                     setting.origin);
  return setting.value == "yes" ? "--" + setting.key : "";
}

}  // namespace

std::optional<UserSetting> user_setting(const std::string& key) {
  for (const auto& [name, of] :
       {std::pair{"FOVEA_MODEL", "model"}, std::pair{"FOVEA_PREPROCESS", "preprocess"}})
    if (const std::string value = environment_value(name); key == of && !value.empty())
      return UserSetting{key, value, name};
  for (const UserSetting& setting : configuration())
    if (setting.key == key)
      return setting;
  return {};
}

std::string ExtendedArguments::origin_of(const std::string& error) const {
  for (const UserSetting& setting : added)
    if (error.starts_with("--" + setting.key))
      return setting.origin;
  return {};
}

ExtendedArguments with_user_settings(const CLI::App& root, const std::vector<std::string>& words) {
  ExtendedArguments result{words, {}};
  const CLI::App* command = &root;
  std::size_t at = 0;
  for (bool found = true; found && at < words.size();) {
    const auto below =
        command->get_subcommands([&](const CLI::App* each) { return each->get_name() == words[at]; });
    if ((found = !below.empty())) {
      command = below.front();
      ++at;
    }
  }
  const bool asks_for_help = std::any_of(
      words.begin(), words.end(), [](const std::string& word) { return word == "--help" || word == "-h"; });
  if (asks_for_help || command == &root ||
      !command->get_subcommands([](const CLI::App*) { return true; }).empty())
    return result;  // nothing is run
  for (const UserSetting& setting : configuration()) {
    const CLI::Option* const option = command->get_option_no_throw("--" + setting.key);
    if (option == nullptr || setting.key == "model" || setting.key == "preprocess")
      continue;
    const std::string word = word_for(setting, *option);  // refuses a wrong value even where it is overridden
    if (!word.empty() && !names_option(*option, words)) {
      result.words.insert(result.words.begin() + static_cast<std::ptrdiff_t>(at), word);
      result.added.push_back(setting);
    }
  }
  return result;
}

}  // namespace fovea::cli
