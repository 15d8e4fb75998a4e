#pragma once

#include "fovea/image.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fovea {

/// `encode_png`, with the resolution that the picture is to be shown or printed in.
std::string encode_png_of_dpi(const Image& image, double dpi);

/// The bytes of a PNG of an RGB picture with transparency: `alpha` has 0 (nothing is seen) to 255 for each
/// pixel. Colours are kept where nothing is seen. InputError for a grey picture, or another number of values.
std::string encode_png_with_alpha(const Image& rgb, std::span<const std::uint8_t> alpha);

/// PNG files of one grey picture, in grey and in colours, whose levels are compressed once for all.
class PngOfLevels {
public:
  /// InputError for another number of channels than 1.
  explicit PngOfLevels(const Image& grey);

  /// encode_png(grey).
  std::string grey() const;
  /// The pixels of colorize(grey, colormap), as levels and a palette: a third of the bytes. InputError as
  /// `colorize` has it.
  std::string coloured(std::string_view colormap) const;

private:
  std::int64_t width_, height_;
  std::string data_;  ///< of the file's chunk IDAT
};

}  // namespace fovea
