#pragma once

#include "fovea/image.hpp"
#include "fovea/tensor.hpp"

#include <string>

/// The values of a map's colours in words.
namespace fovea {

/// A number with `digits` significant digits and a short exponent: "0.061", "6.1e-9".
std::string short_number(double number, int digits = 2);
/// "99th percentile", or "maximum" for 100.
std::string percentile_text(double percentile);
/// What the levels stand for: "white = 99th percentile, 6.1e-9"; with a black level that is not 0,
/// "black = 0.012, white = maximum, 0.31". `map` is the map [H,W], F32, that the levels were taken from.
std::string levels_text(const Tensor& map, const DisplayLevels& levels, const DisplayRange& range);

/// The colour bar of a map [H,W], F32, that is shown between two levels. Its middle has a value where
/// brightness is in proportion to values (a gamma of 1); "≥" stands before the upper level where the map
/// exceeds it.
ColourBar colour_bar(const std::string& colormap, const Tensor& map, const DisplayLevels& levels,
                     double gamma = 1.0);

}  // namespace fovea
