#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string_view>

namespace fovea {

/// Reads the header of a BMP file of Windows or OS/2, and checks that pictures without run-length coding
/// contain all rows. InputError for damaged data.
Probe probe_bmp(std::string_view data);

/// Decodes the picture as RGB: 1, 2, 4 or 8 bits a pixel with a palette (4 and 8 also run-length coded), 16,
/// 24 or 32 bits with or without masks. A sample of n bits becomes value * 255 / (2^n - 1), rounded down as
/// in Pillow. Alpha is ignored. Pixels that run-length coding skips get the palette's first colour.
/// InputError for damaged data.
Image decode_bmp(std::string_view data, const Probe& probe);

}  // namespace fovea
