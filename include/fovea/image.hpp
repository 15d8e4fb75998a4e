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

  /// All samples of one value. InputError when a side is below 1, for more than kMaxImagePixels, or for
  /// another number of channels than 1 or 3.
  static Image blank(std::int64_t width, std::int64_t height, std::int64_t channels, std::uint8_t value);
  std::uint8_t* at(std::int64_t x, std::int64_t y) { return pixels.data() + (y * width + x) * channels; }
  const std::uint8_t* at(std::int64_t x, std::int64_t y) const {
    return pixels.data() + (y * width + x) * channels;
  }
};

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// Pictures of more pixels than this are refused before they are decoded.
inline constexpr std::int64_t kMaxImagePixels = 200'000'000;

/// Reads PNG, JPEG, WebP, TIFF, BMP or PNM as RGB, turned upright by its EXIF orientation, with the colours
/// that Pillow reads. 16-bit samples keep their upper half, grey becomes RGB, alpha is dropped (colours that
/// a TIFF has multiplied with it are divided by it), CMYK is converted; of a TIFF of several pages the first.
/// InputError naming the file when it is missing, not a regular file (never waits for a pipe), not a picture,
/// cut short or damaged, animated, of more than 100 progressive scans, or has no pixels or more than
/// kMaxImagePixels (found in the header, before decoding).
Image read_image(const std::string& path);

/// How a picture's file stores it: its EXIF orientation, 1 (upright) to 8; 1 where it has none. Above 4, the
/// stored rows are the columns of the upright picture. InputError like read_image, of the header only.
int read_orientation(const std::string& path);
/// A picture as it is stored, turned upright as read_image does. InputError for an orientation that is none.
Image turn_upright(Image stored, int orientation);

/// Writes a PNG of 8 bits a sample, whole or not at all. OutputError naming the file; InputError when the
/// number of pixels does not fit the sides.
void write_png(const std::string& path, const Image& image);

/// Resizes with a triangle filter widened by the reduction (antialiased), bit for bit as Pillow's BILINEAR
/// does on 8-bit pictures. InputError like Image::blank.
Image resize(const Image& image, std::int64_t width, std::int64_t height);
/// As torchvision's Resize(size): the short side becomes `size`, the long one size * long / short, rounded
/// down. InputError for a size below 1, or when the result had more than kMaxImagePixels.
Image resize_short_side(const Image& image, std::int64_t size);
/// InputError when the rectangle leaves the picture.
Image crop(const Image& image, const Rect& rect);
/// Left and right exchanged.
Image mirror(const Image& image);

/// Where torchvision's CenterCrop of width x height lies in a picture at least that large. InputError for a
/// smaller one.
Rect centre_rect(const Image& image, std::int64_t width, std::int64_t height);

/// The network's input for a picture of the network's size: writes [channels, height, width] to
/// `destination`, channels in the network's order. Grey networks (1 channel) get ITU-R 601 luma; a fourth
/// channel is opaque alpha. InputError for other numbers of channels than 1, 3 and 4, and for a scale or
/// deviation that is 0 or not finite.
void normalize(const Image& image, const Preprocessing& preprocessing, std::int64_t channels,
               float* destination);

/// The inverse for showing, of x of [channels, height, width]: (x * std + mean) / scale, clipped to 0..255
/// and rounded; always RGB. InputError as `normalize` has it.
Image denormalize(const float* x, const Preprocessing& preprocessing, std::int64_t channels,
                  std::int64_t width, std::int64_t height);

/// The bytes of a PNG file of 8 bits a sample, as `write_png` writes them. InputError when the number of
/// pixels does not fit the sides or no PNG can be as large.
std::string encode_png(const Image& image);
/// The bytes of a JPEG file, for showing: quality 1 to 100. InputError as `encode_png`, and for another
/// quality.
std::string encode_jpeg(const Image& image, int quality = 90);

}  // namespace fovea
