#pragma once

#include "fovea/preprocessing.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// A picture of 8 bits a channel, interleaved, rows from the top: pixels[(y * width + x) * channels + c].
struct Image {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t channels = 3;  ///< 3: red, green, blue; 1: grey
  std::vector<std::uint8_t> pixels;

  static Image blank(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint8_t value);
  std::uint8_t* at(std::int64_t x, std::int64_t y) { return pixels.data() + (y * width + x) * channels; }
  const std::uint8_t* at(std::int64_t x, std::int64_t y) const {
    return pixels.data() + (y * width + x) * channels;
  }
};

/// A rectangle in pixels, right and bottom exclusive.
struct Rect {
  std::int64_t x = 0, y = 0, width = 0, height = 0;
  friend bool operator==(const Rect&, const Rect&) = default;
};

/// Pictures of more pixels than this are refused before they are decoded.
inline constexpr std::int64_t kMaxImagePixels = 200'000'000;

/// Reads PNG, JPEG, WebP, TIFF, BMP or PNM as RGB, turned upright by its EXIF orientation. 16-bit samples
/// keep their upper half, grey becomes RGB, alpha is dropped, CMYK is converted. InputError naming the file
/// when it is missing, is not a picture, is cut short, is animated, has no pixels or more than
/// kMaxImagePixels (found in the header, before decoding).
Image read_image(const std::string& path);

/// Writes a PNG, whole or not at all. OutputError.
void write_png(const std::string& path, const Image& image);

/// Resizes with a triangle filter widened by the reduction (antialiased), bit for bit as Pillow's BILINEAR
/// does on 8-bit pictures.
Image resize(const Image& image, std::int64_t width, std::int64_t height);
/// As torchvision's Resize(size): the short side becomes `size`, the long one size * long / short, rounded
/// down.
Image resize_short_side(const Image& image, std::int64_t size);
/// InputError when the rectangle leaves the picture.
Image crop(const Image& image, const Rect& rect);
Image mirror(const Image& image);

/// Where torchvision's CenterCrop of width x height lies in a picture at least that large.
Rect centre_rect(const Image& image, std::int64_t width, std::int64_t height);

/// The network's input for a picture of the network's size: writes [channels, height, width] to
/// `destination`, channels in the network's order. Grey networks (1 channel) get ITU-R 601 luma; a fourth
/// channel is opaque alpha.
void normalize(const Image& image, const Preprocessing& preprocessing, std::int64_t channels,
               float* destination);

/// The inverse for showing: x * std + mean, back to 0..255, clipped and rounded; always RGB.
Image denormalize(const float* x, const Preprocessing& preprocessing, std::int64_t channels,
                  std::int64_t width, std::int64_t height);

}  // namespace fovea
