#include "fovea/image.hpp"

#include "base/large_pages.hpp"
#include "image/pixels.hpp"

#include <algorithm>
#include <cstring>

namespace fovea {

void check_size(std::int64_t width, std::int64_t height) {
  FOVEA_CHECK(width > 0 && height > 0, "a picture of {} x {} pixels: both must be at least 1", width, height);
  FOVEA_CHECK(width <= kMaxImagePixels / height, "a picture of {} x {} pixels: at most {} pixels are allowed",
              width, height, kMaxImagePixels);
}

void check_image(const Image& image) {
  check_size(image.width, image.height);
  FOVEA_CHECK(image.channels == 1 || image.channels == 3, "a picture of {} channels: expected 1 or 3",
              image.channels);
  const auto bytes = static_cast<std::size_t>(image.width * image.height * image.channels);
  FOVEA_CHECK(image.pixels.size() == bytes, "a picture of {} x {} x {} with {} bytes: expected {}",
              image.width, image.height, image.channels, image.pixels.size(), bytes);
}

Image Image::blank(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint8_t value) {
  check_size(width, height);
  FOVEA_CHECK(channels == 1 || channels == 3, "a picture of {} channels: expected 1 or 3", channels);
  const auto samples = static_cast<std::size_t>(width * height * channels);
  Image image{width, height, channels, {}};
  image.pixels.reserve(samples);
  ask_for_large_pages(image.pixels.data(), samples);
  image.pixels.resize(samples, value);
  return image;
}

Image to_rgb(const Image& image) {
  if (image.channels == 3)
    return image;
  Image result = Image::blank(image.width, image.height, 3, 0);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    std::fill_n(result.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, image.pixels[i]);
  return result;
}

Image to_luma(const Image& image) {
  if (image.channels == 1)
    return image;
  Image result = Image::blank(image.width, image.height, 1, 0);
  for (std::size_t i = 0; i < result.pixels.size(); ++i)
    result.pixels[i] = luma(&image.pixels[3 * i]);
  return result;
}

Image crop(const Image& image, const Rect& rect) {
  check_image(image);
  const bool inside = rect.x >= 0 && rect.y >= 0 && rect.width > 0 && rect.height > 0 &&
                      rect.width <= image.width && rect.height <= image.height &&
                      rect.x <= image.width - rect.width && rect.y <= image.height - rect.height;
  FOVEA_CHECK(inside, "a crop of {} x {} pixels at ({}, {}) leaves the picture of {} x {}", rect.width,
              rect.height, rect.x, rect.y, image.width, image.height);
  Image result = Image::blank(rect.width, rect.height, image.channels, 0);
  for (std::int64_t y = 0; y < rect.height; ++y)
    std::memcpy(result.at(0, y), image.at(rect.x, rect.y + y),
                static_cast<std::size_t>(rect.width * image.channels));
  return result;
}

Image mirror(const Image& image) {
  check_image(image);
  Image result = image;
  for (std::int64_t y = 0; y < image.height; ++y)
    for (std::int64_t x = 0; x < image.width; ++x)
      std::copy_n(image.at(image.width - 1 - x, y), image.channels, result.at(x, y));
  return result;
}

Rect centre_rect(const Image& image, std::int64_t width, std::int64_t height) {
  FOVEA_CHECK(width > 0 && height > 0 && width <= image.width && height <= image.height,
              "a centre crop of {} x {} pixels does not fit into a picture of {} x {}", width, height,
              image.width, image.height);
  // Half a pixel goes to the even neighbour: torchvision uses Python's round().
  const auto half = [](std::int64_t margin) { return margin / 2 + (margin % 4 == 3 ? 1 : 0); };
  return {half(image.width - width), half(image.height - height), width, height};
}

}  // namespace fovea
