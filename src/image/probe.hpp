#pragma once

#include <cstdint>
#include <string_view>

namespace fovea {

enum class ImageFormat { Png, Jpeg, Bmp, WebP, Tiff, Pnm };

/// The properties of a picture file that are known before decoding.
struct Probe {
  ImageFormat format = ImageFormat::Png;
  std::int64_t width = 0;
  std::int64_t height = 0;
  /// EXIF orientation 1..8; 1 (upright) where the file has none or an invalid one.
  int orientation = 1;
};

/// "PNG", "JPEG", ...
std::string_view name_of(ImageFormat format);

/// The format according to a file's first bytes. InputError without a path if it is empty, not a picture, or
/// of a format that is not supported (GIF, for example).
ImageFormat format_of(std::string_view bytes);

/// Reads the header and walks the structure of PNG (chunks), JPEG (segments up to the scan), BMP, WebP
/// (chunks), TIFF (the first directory) and PNM. InputError without a path: not a picture or of a format that
/// is not read, animated, cut short, no pixels or more than kMaxImagePixels.
Probe probe_image(std::string_view bytes);

/// The orientation in an EXIF block (a TIFF header and its first directory), 1 when it has none.
int exif_orientation(std::string_view tiff);

}  // namespace fovea
