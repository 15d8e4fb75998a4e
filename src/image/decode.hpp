#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string_view>

namespace fovea {

/// The stored pixels of a probed file as RGB, not yet turned. InputError without a path. By each format's own
/// library: none prints, and a picture that is cut short or damaged is an error. pnm.hpp and bmp.hpp have the
/// formats that need no library.
Image decode_png(std::string_view bytes, const Probe& probe);
Image decode_jpeg(std::string_view bytes, const Probe& probe);
/// Sample by sample where libtiff would multiply colours with alpha.
Image decode_tiff(std::string_view bytes, const Probe& probe);
/// Alpha is left out.
Image decode_webp(std::string_view bytes, const Probe& probe);

}  // namespace fovea
