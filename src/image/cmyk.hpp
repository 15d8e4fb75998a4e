#pragma once

#include <cstdint>

namespace fovea {

/// Converts cyan, magenta, yellow and black, 255 being full ink, to RGB as Pillow does.
inline void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb) {
  const std::uint32_t light = 255U - cmyk[3];
  for (int c = 0; c < 3; ++c) {
    const std::uint32_t product = cmyk[c] * light + 128;  // ink * light / 255, rounded
    rgb[c] = static_cast<std::uint8_t>(light - ((product + (product >> 8)) >> 8));
  }
}

}  // namespace fovea
