#pragma once

#include "fovea/image.hpp"
#include "fovea/preprocessing.hpp"

#include <cstdint>
#include <numeric>

namespace fovea::test {

/// Pictures as they are: no resizing, values 0..255.
inline Preprocessing plain(std::int64_t short_side) {
  Preprocessing preprocessing;
  preprocessing.scale = 1;
  preprocessing.resize_short_side = short_side;
  return preprocessing;
}

/// 0 1 2 ... 15 in grey.
inline Image counting() {
  Image image = Image::blank(4, 4, 1, 0);
  std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{0});
  return image;
}

}  // namespace fovea::test
