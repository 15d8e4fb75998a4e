#pragma once

#include "fovea.h"
#include "fovea/image.hpp"

namespace fovea::c_api {

/// The caller's picture as RGB. UsageError if it has no pixels or overlapping rows, InputError if it has more
/// pixels than kMaxImagePixels.
Image to_image(const fovea_pixels& pixels);

}  // namespace fovea::c_api
