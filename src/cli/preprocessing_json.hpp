#pragma once

#include "cli/json_fields.hpp"
#include "cli/preprocessing_options.hpp"

namespace fovea::cli {

/// What is said in a JSON object as `{"preset": "caffe", "resize": 256}`: the names of the options, but
/// "preset" and "channel_order".
nlohmann::ordered_json to_json(const PreprocessingOptions& options);
/// Reads such an object from the field "preprocessing" of `owner`; nothing is said where there is none.
/// InputError naming the field for what no preprocessing can have.
PreprocessingOptions read_preprocessing(JsonFields& owner);

}  // namespace fovea::cli
