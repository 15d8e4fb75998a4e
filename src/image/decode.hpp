#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string>
#include <string_view>

namespace fovea {

/// The stored pixels of a probed file as RGB, not yet turned. InputError without a path.
///
/// PNG and JPEG go to libpng and libjpeg themselves: through OpenCV their warnings are printed, and a picture
/// cut short comes back grey where it should be an error.
Image decode_png(std::string_view bytes, const Probe& probe);
Image decode_jpeg(std::string_view bytes, const Probe& probe);
/// By libtiff, sample by sample: OpenCV would multiply colours with alpha and take damage for grey.
Image decode_tiff(std::string_view bytes, const Probe& probe);
/// BMP and WebP, by OpenCV.
Image decode_other(std::string_view bytes, const Probe& probe);
/// Of the OpenCV that is loaded: "4.6.0".
std::string opencv_version();

}  // namespace fovea
