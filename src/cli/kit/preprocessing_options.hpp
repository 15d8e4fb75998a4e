#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/preprocessing.hpp"

namespace fovea::cli {

/// --preprocess, --resize, --crop, --mean, --std, --scale and --channel-order.
void add_preprocessing_options(Command verb, PreprocessingSpec& spec);
/// UsageError that names the option if a value is out of its range.
void check_preprocessing_options(const PreprocessingSpec& spec);

}  // namespace fovea::cli
