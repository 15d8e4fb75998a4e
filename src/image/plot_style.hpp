#pragma once

#include "image/drawing.hpp"

/// The common style of line and bar plots.
namespace fovea {

inline constexpr double kPlotMargin = 24;
inline constexpr Colour kInk = {45, 45, 45}, kGridColour = {222, 222, 222}, kControlColour = {125, 125, 125};
inline constexpr TextStyle kTitleStyle = {22, Weight::Bold, {25, 25, 25}};
inline constexpr TextStyle kLabelStyle = {18, Weight::Regular, {45, 45, 45}};
/// More lines of a label than these end in an ellipsis.
inline constexpr int kMostLabelLines = 6;

/// The colours of Okabe and Ito without their yellow, which is faint on white; black comes last.
inline constexpr Colour kPalette[] = {{0, 114, 178},  {213, 94, 0},  {0, 158, 115}, {204, 121, 167},
                                      {86, 180, 233}, {230, 159, 0}, {0, 0, 0}};

/// A label at a point, wrapped at `width` (0: not at all).
DrawnText label_at(DrawnPoint at, const std::string& text, const TextStyle& style = kLabelStyle,
                   Anchor anchor = Anchor::Left, double width = 0);
/// Adds a text and returns the position below it: `at.y` for an empty one.
double add_text(Drawing& drawing, DrawnText text);
/// Adds a label whose middle is at that height.
void add_centred(Drawing& drawing, DrawnText text);

}  // namespace fovea
