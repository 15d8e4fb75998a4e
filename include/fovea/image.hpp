#pragma once

#include "fovea/geometry.hpp"
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

  /// A picture whose samples all have one value. InputError if a side is below 1, for more than
  /// kMaxImagePixels, or if the number of channels is not 1 or 3.
  static Image blank(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint8_t value);
  std::uint8_t* at(std::int64_t x, std::int64_t y) { return pixels.data() + (y * width + x) * channels; }
  const std::uint8_t* at(std::int64_t x, std::int64_t y) const {
    return pixels.data() + (y * width + x) * channels;
  }
};

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// Pictures of more pixels than this are refused before they are decoded.
inline constexpr std::int64_t kMaxImagePixels = 200'000'000;

/// Reads PNG, JPEG, WebP, TIFF, BMP or PNM as RGB, turned upright by its EXIF orientation, with the same
/// colours as Pillow. 16-bit samples keep their upper half, grey becomes RGB, alpha is dropped (a TIFF's
/// premultiplied colours are divided by it), CMYK is converted, and of a TIFF with several pages the first is
/// read. InputError naming the file if it is missing, not a regular file (a pipe is never waited for), not a
/// picture, truncated or damaged, animated, has more than 100 progressive scans, no pixels, or more than
/// kMaxImagePixels (found in the header, before decoding).
Image read_image(const std::string& path);

/// The EXIF orientation of a picture's file, 1 (upright) to 8; 1 if it has none. Above 4, the stored rows are
/// the columns of the upright picture. InputError as for read_image, but only the header is read.
int read_orientation(const std::string& path);
/// Turns a stored picture upright, as read_image does. InputError for an invalid orientation.
Image turn_upright(Image stored, int orientation);

/// Writes a PNG of 8 bits a sample, whole or not at all. OutputError naming the file; InputError if the
/// number of pixels does not match the sides.
void write_png(const std::string& path, const Image& image);

/// Resizes with a triangle filter widened by the reduction factor (antialiased); bit for bit as Pillow's
/// BILINEAR on 8-bit pictures. InputError as for Image::blank.
Image resize(const Image& image, std::int64_t width, std::int64_t height);
/// Resizes like torchvision's Resize(size): the short side becomes `size`, the long one size * long / short,
/// rounded down. InputError for a size below 1, or if the result would have more than kMaxImagePixels.
Image resize_short_side(const Image& image, std::int64_t size);
/// The part of the picture in a rectangle. InputError if the rectangle extends beyond the picture.
Image crop(const Image& image, const Rect& rect);
/// The mirror image: left and right exchanged.
Image mirror(const Image& image);

/// The rectangle of torchvision's CenterCrop(width x height) in a picture. InputError if the picture is
/// smaller.
Rect centre_rect(const Image& image, std::int64_t width, std::int64_t height);

/// Writes the network's input for a picture of the network's size, [channels, height, width], to
/// `destination`, with the channels in the network's order. Grey networks (1 channel) get ITU-R 601 luma; a
/// fourth channel is opaque alpha. InputError for any number of channels but 1, 3 and 4, and for a scale or
/// deviation that is 0 or not finite.
void normalize(const Image& image, const Preprocessing& preprocessing, std::int64_t channels,
               float* destination);

/// The inverse of `normalize` for display: x of [channels, height, width] becomes (x * std + mean) / scale,
/// clipped to 0..255 and rounded; always RGB. InputError as for `normalize`.
Image denormalize(const float* x, const Preprocessing& preprocessing, std::int64_t channels,
                  std::int64_t width, std::int64_t height);

/// The bytes of a PNG file of 8 bits a sample, as `write_png` writes them. InputError if the number of pixels
/// does not match the sides or the picture is too large for a PNG.
std::string encode_png(const Image& image);
/// The bytes of a JPEG file, for display: quality 1 to 100. InputError as for `encode_png`, and for another
/// quality.
std::string encode_jpeg(const Image& image, int quality = 90);

}  // namespace fovea
