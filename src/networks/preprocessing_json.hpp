#pragma once

#include "base/json_fields.hpp"
#include "fovea/preprocessing.hpp"

namespace fovea::networks {

/// The specified values as a JSON object: {"preset": "caffe", "resize": 256, ...}.
nlohmann::ordered_json to_json(const PreprocessingSpec& spec);
/// Reads such an object, or the name of a preset, from the field "preprocessing" of `owner`; an empty
/// specification if the field is missing. InputError naming the field for an invalid value.
PreprocessingSpec read_preprocessing(JsonFields& owner);

}  // namespace fovea::networks
