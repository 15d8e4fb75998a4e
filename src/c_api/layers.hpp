#pragma once

#include "base/json_fields.hpp"
#include "c_api/model.hpp"
#include "fovea/features.hpp"
#include "fovea/program.hpp"

#include <string>

namespace fovea::c_api {

/// The layer of that name, or of the node of that name. InputError unless it consists of channels of units in
/// rows and columns.
LayerInfo layer_with_units(const fovea_model& model, const PreprocessingSpec& preprocessing,
                           const std::string& name);

/// "rule", one of LRP's; `otherwise` if it is not given.
Rule read_lrp_rule(JsonFields& fields, Rule otherwise);

}  // namespace fovea::c_api
