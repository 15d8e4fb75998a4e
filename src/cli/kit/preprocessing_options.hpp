#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/user_settings.hpp"
#include "fovea/preprocessing.hpp"

#include <optional>

namespace fovea::cli {

/// --preprocess, --resize, --crop, --mean, --std, --scale and --channel-order.
void add_preprocessing_options(Command verb, PreprocessingSpec& spec);
/// The user's preset for a network whose options give none (`user_setting`). InputError that names where it
/// is set if there is no such preset.
std::optional<UserSetting> user_preset(const PreprocessingSpec& given);
/// UsageError that names the option if a value is out of its range.
void check_preprocessing_options(const PreprocessingSpec& spec);

}  // namespace fovea::cli
