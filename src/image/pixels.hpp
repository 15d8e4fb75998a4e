#pragma once

#include "base/check.hpp"
#include "fovea/image.hpp"

namespace fovea {

/// InputError unless the size is at least 1x1 and at most kMaxImagePixels.
void check_size(std::int64_t width, std::int64_t height);
/// InputError unless size, channels (1 or 3) and the number of bytes match.
void check_image(const Image& image);

/// ITU-R 601 luma of a red, green, blue pixel, in the 16-bit fixed point of Pillow's convert("L").
inline std::uint8_t luma(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

Image to_rgb(const Image& image);
Image to_luma(const Image& image);

}  // namespace fovea
