#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

/// What the user has set for all commands: the variables FOVEA_MODEL and FOVEA_PREPROCESS, and the
/// configuration file fovea/config in $XDG_CONFIG_HOME or ~/.config. Options come before variables, these
/// before the file, the file before what a model's file says of itself, and that before defaults.
namespace fovea::cli {

struct UserSetting {
  std::string key;  ///< the long name of the option that it stands for
  std::string value;
  std::string origin;  ///< "FOVEA_MODEL", or "/home/me/.config/fovea/config:3"
};

/// The user's setting for a key; a "~/" at the beginning of a model is the home folder. InputError if the
/// file cannot be read or has an invalid line.
std::optional<UserSetting> user_setting(const std::string& key);

/// A command line with what the file adds to it.
struct ExtendedArguments {
  std::vector<std::string> words;  ///< without the program's name
  std::vector<UserSetting> added;

  /// The origin of the added option that an error of the parser begins with, otherwise an empty text.
  std::string origin_of(const std::string& error) const;
};

/// Adds the file's settings, except for the model and its preprocessing, as options where the command has the
/// option and the command line does not give it. InputError as for `user_setting`.
ExtendedArguments with_user_settings(const CLI::App& root, const std::vector<std::string>& words);

}  // namespace fovea::cli
