#pragma once

#include "fovea/image.hpp"

#include <string>

namespace fovea {

/// The bytes of a PNG file of 8 bits a sample, as `write_png` writes them. InputError when the number of
/// pixels does not fit the sides or no PNG can be as large.
std::string encode_png(const Image& image);
/// The bytes of a JPEG file, for showing: quality 1 to 100. InputError as `encode_png`, and for another
/// quality.
std::string encode_jpeg(const Image& image, int quality = 90);

}  // namespace fovea
