#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string_view>

namespace fovea {

/// The header of a BMP file of Windows or OS/2, and for pictures that are not run-length coded that all rows
/// are there. InputError.
Probe probe_bmp(std::string_view data);

/// Its picture as RGB: 1, 2, 4 or 8 bits a pixel with a palette (4 and 8 also run-length coded), 16, 24 or 32
/// bits with or without masks. A sample of n bits becomes value * 255 / (2^n - 1), rounded down as Pillow
/// does. Alpha is left out. Pixels that run-length coding skips have the palette's first colour. InputError.
Image decode_bmp(std::string_view data, const Probe& probe);

}  // namespace fovea
