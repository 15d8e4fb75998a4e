#pragma once

#include "fovea/image.hpp"

namespace fovea {

/// Turns a stored picture upright by its EXIF orientation 1..8.
Image orient(Image stored, int orientation);

}  // namespace fovea
