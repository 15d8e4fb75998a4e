#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/preprocessing.hpp"

namespace fovea::cli {

/// --preprocess, --resize, --crop, --mean, --std, --scale and --channel-order.
void add_preprocessing_options(Command verb, PreprocessingSpec& spec);
/// The same, with the user's preset where none is given (`user_setting`). InputError that names where it is
/// set if it is none.
PreprocessingSpec with_user_preset(PreprocessingSpec spec);
/// UsageError that names the option if a value is out of its range.
void check_preprocessing_options(const PreprocessingSpec& spec);

}  // namespace fovea::cli
