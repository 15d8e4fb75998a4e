#pragma once

#include "base/json_fields.hpp"
#include "fovea/preprocessing.hpp"

namespace fovea::networks {

/// The JSON object {"preset": "caffe", "resize": 256, ...} of the values that the spec gives.
nlohmann::ordered_json to_json(const PreprocessingSpec& spec);
/// Reads such an object from the field "preprocessing" of `owner`; an empty spec if the field is missing.
/// InputError naming the field for a value that no preprocessing can have.
PreprocessingSpec read_preprocessing(JsonFields& owner);

}  // namespace fovea::networks
