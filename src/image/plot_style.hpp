#pragma once

#include "fovea/image.hpp"
#include "image/drawing.hpp"

/// The common style of line and bar plots. Lengths are in SVG units.
namespace fovea {

inline constexpr double kPlotMargin = 24;
inline constexpr Colour kInk = {45, 45, 45}, kGridColour = {222, 222, 222}, kControlColour = {125, 125, 125};
inline constexpr TextStyle kTitleStyle = {32, Weight::Bold, {25, 25, 25}};
inline constexpr TextStyle kLabelStyle = {26, Weight::Regular, {45, 45, 45}};

/// The colours of Okabe and Ito without their yellow, which is faint on white; black comes last.
inline constexpr Colour kPalette[] = {{0, 114, 178},  {213, 94, 0},  {0, 158, 115}, {204, 121, 167},
                                      {86, 180, 233}, {230, 159, 0}, {0, 0, 0}};

inline double line_of(const TextStyle& style) {
  return static_cast<double>(style.line_height);
}

/// Writes lines below each other and returns the position of the next one.
double write_lines(Drawing& drawing, DrawnPoint at, const std::vector<std::string>& lines,
                   const TextStyle& style, Anchor anchor = Anchor::Left);

}  // namespace fovea
