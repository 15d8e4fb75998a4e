#pragma once

#include "fovea/image.hpp"

#include <string>
#include <string_view>

namespace fovea {

/// The picture in the bytes of a file, as `read_image` reads it from one: for members of archives and for
/// what comes over a network. `name` stands for the file in errors.
Image decode_image(std::string_view bytes, const std::string& name);
/// The EXIF orientation in the bytes of a file, as `read_orientation` reads it from one.
int decode_orientation(std::string_view bytes, const std::string& name);

}  // namespace fovea
