#pragma once

#include "fovea/image.hpp"

namespace fovea {

/// A stored picture turned upright: EXIF orientation 1..8 says where its first row and column belong.
Image orient(Image stored, int orientation);

}  // namespace fovea
