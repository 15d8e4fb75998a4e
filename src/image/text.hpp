#pragma once

#include "fovea/image.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

enum class Weight { Regular, Bold };

/// The style of a label: the height of a line in pixels, weight and colour.
struct TextStyle {
  std::int64_t line_height = 20;
  Weight weight = Weight::Regular;
  std::array<std::uint8_t, 3> colour = {45, 45, 45};
};

/// Converts text to the characters of the built-in font (printable ASCII and line feeds): accents are
/// removed, quotes, dashes and the like replaced by ASCII equivalents, anything else by '?'.
std::string to_drawable(std::string_view utf8);

/// The width in pixels of one line of drawable text.
std::int64_t text_width(const std::string& text, const TextStyle& style);

/// Drawable text as lines at most `width` pixels wide, broken at blanks, and within a word only where the
/// word alone is too wide. Line feeds remain breaks. Only blanks are lost.
std::vector<std::string> wrap_text(std::string_view drawable, std::int64_t width, const TextStyle& style);

/// Writes one line on an RGB picture, its box from (x, y) downwards `line_height` pixels. Parts outside the
/// picture are not drawn.
void draw_text(Image& image, std::int64_t x, std::int64_t y, const std::string& text, const TextStyle& style);

}  // namespace fovea
