#pragma once

#include "fovea/image.hpp"

#include <string>

/// The files of a page's pictures, small ones, since a page holds many.
namespace fovea {

/// A map as the page's script colours it, as a lossless WebP: a grey picture as it is; of a picture of red
/// and green (to_red_and_green) the sign and 128 levels, so that each pixel takes eight bits before
/// compression.
std::string page_map(const Image& map);
/// A photo or drawing, as a WebP in which no difference is seen.
std::string page_photo(const Image& photo);

}  // namespace fovea
