#pragma once

#include "fovea/image.hpp"

#include <string>
#include <variant>
#include <vector>

/// Lines, areas, pictures and text, described once and then written as PNG, SVG or PDF. Lengths are in units
/// of 1/96 inch.
namespace fovea {

inline constexpr double kUnitsPerInch = 96;

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

enum class Weight : std::uint8_t { Regular, Bold };

/// `size` is that of the font: the height of its em square.
struct TextStyle {
  double size = 15;
  Weight weight = Weight::Regular;
  Colour colour = {45, 45, 45};
};

enum class Anchor : std::uint8_t { Left, Middle, Right };

/// A text in any script, UTF-8, whose line feeds are kept. It is wrapped at `width`, between words where
/// possible. What needs more than `most_lines` lines ends in an ellipsis. `at` is on the upper edge of the
/// text, at the end or middle that `anchor` names; lines are aligned there, those of scripts that are written
/// from right to left at the right.
struct DrawnText {
  DrawnPoint at;
  std::string text;
  TextStyle style;
  Anchor anchor = Anchor::Left;
  double width = 0;    ///< 0: never wrapped
  int most_lines = 0;  ///< of each paragraph; 0: any number
};

/// A picture scaled to a rectangle, within a thin frame. Coarse pictures that are enlarged by whole numbers
/// keep their pixels' edges.
struct DrawnPicture {
  DrawnPoint at;
  double width = 0, height = 0;
  Image image;
};

using Mark = std::variant<DrawnLine, DrawnArea, DrawnPicture, DrawnText>;

struct Drawing {
  double width = 0, height = 0;
  std::string title;        ///< alternative text of an SVG, title of a PDF
  std::vector<Mark> marks;  ///< later ones cover earlier ones
};

struct TextSize {
  double width = 0, height = 0;
};

/// The space that a text takes; its position does not matter. {0, 0} for an empty text.
TextSize measure(const DrawnText& text);

/// The drawing on white, in RGB. InputError unless 24 <= dpi <= 1200, and where a side would have more than
/// 32767 pixels.
Image paint(const Drawing& drawing, double dpi);
/// Pictures keep their pixels, up to the given resolution. The same drawing gives the same bytes.
std::string write_svg(const Drawing& drawing, double dpi);
std::string write_pdf(const Drawing& drawing, double dpi);

}  // namespace fovea
