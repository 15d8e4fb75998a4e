#include "report/page_pictures.hpp"

namespace fovea {
namespace {

constexpr int kPhotoQuality = 82;

/// The nearest of 128 levels from 0 to 255.
std::uint8_t coarse_level(std::uint8_t level) {
  const int step = (level * 127 + 127) / 255;
  return static_cast<std::uint8_t>((step * 255 + 63) / 127);
}

}  // namespace

std::string page_map(const Image& map) {
  if (map.channels == 1)
    return encode_webp(map);
  Image coarse = map;
  for (std::uint8_t& level : coarse.pixels)
    level = coarse_level(level);
  return encode_webp(coarse);
}

std::string page_photo(const Image& photo) {
  return encode_webp(photo, kPhotoQuality);
}

}  // namespace fovea
