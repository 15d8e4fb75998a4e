#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string_view>

namespace fovea {

/// Decode the pixels of a probed file as RGB, in their stored orientation, with each format's own library. No
/// function prints, and a truncated or damaged picture is an InputError without a path. pnm.hpp and bmp.hpp
/// have the formats that need no library.
Image decode_png(std::string_view bytes, const Probe& probe);
Image decode_jpeg(std::string_view bytes, const Probe& probe);
/// Decodes sample by sample if libtiff would multiply colours with alpha.
Image decode_tiff(std::string_view bytes, const Probe& probe);
/// Ignores alpha.
Image decode_webp(std::string_view bytes, const Probe& probe);

}  // namespace fovea
