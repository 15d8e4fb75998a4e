#pragma once

#include "fovea/image.hpp"
#include "image/text.hpp"

#include <string>
#include <variant>
#include <vector>

/// Lines, areas and labels, described once and then written as SVG or painted.
namespace fovea {

struct DrawnPoint {
  double x = 0, y = 0;
};

struct DrawnLine {
  std::vector<DrawnPoint> points;
  Colour colour = {};
  double width = 1;
  std::vector<double> dashes = {};  ///< lengths of strokes and gaps in turn; empty: none
};

struct DrawnArea {
  std::vector<DrawnPoint> outline;
  Colour colour = {};
  double opacity = 1;
};

enum class Anchor : std::uint8_t { Left, Middle, Right };

/// One line of text. `at` is on the upper edge of the line's box, at its left end, middle or right end.
struct DrawnText {
  DrawnPoint at;
  std::string text;
  TextStyle style;
  Anchor anchor = Anchor::Left;
};

struct Drawing {
  double width = 0, height = 0;
  std::string title;                                                 ///< alternative text
  std::vector<std::variant<DrawnLine, DrawnArea, DrawnText>> marks;  ///< later ones cover earlier ones
};

/// The width reserved for a line of text in either form, whatever sans-serif font the viewer has.
double room_for(const std::string& text, const TextStyle& style);
/// The lines of a text that are at most `width` wide in either form.
std::vector<std::string> lines_for(const std::string& text, double width, const TextStyle& style);

std::string write_svg(const Drawing& drawing);
/// Paints the drawing on white, in RGB; text covers all lines and areas. InputError unless 0.25 <= scale <=
/// 4.
Image paint(const Drawing& drawing, double scale);

}  // namespace fovea
