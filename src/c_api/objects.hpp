#pragma once

#include "c_api/result.hpp"
#include "fovea/localize.hpp"

namespace fovea::c_api {

/// Adds "mask", "box", "boxes", "seeds" and "contour" of an object.
void add_object(fovea_result& result, const Image& photo, const Localization& object,
                const LocalizeOptions& options);

}  // namespace fovea::c_api
