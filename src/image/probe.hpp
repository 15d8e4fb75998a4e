#pragma once

#include <cstdint>
#include <string_view>

namespace fovea {

enum class ImageFormat { Png, Jpeg, Bmp, WebP, Tiff, Pnm };

/// What a picture file says of itself before it is decoded.
struct Probe {
  ImageFormat format = ImageFormat::Png;
  std::int64_t width = 0;
  std::int64_t height = 0;
  /// EXIF orientation 1..8; 1 (upright) where the file has none or an invalid one.
  int orientation = 1;
};

/// "PNG", "JPEG", ...
std::string_view name_of(ImageFormat format);

/// The format that a file's first bytes tell. InputError without a path: empty, not a picture, of a format
/// that is not read (a GIF, say).
ImageFormat format_of(std::string_view bytes);

/// Reads the header and walks the structure of PNG (chunks), JPEG (segments up to the scan), BMP, WebP
/// (chunks), TIFF (the first directory) and PNM. InputError without a path: not a picture or of a format that
/// is not read, animated, cut short, no pixels or more than kMaxImagePixels.
Probe probe_image(std::string_view bytes);

/// The orientation in an EXIF block (a TIFF header and its first directory), 1 when it has none.
int exif_orientation(std::string_view tiff);

}  // namespace fovea
