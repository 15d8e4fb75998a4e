#pragma once

#include "image/drawing.hpp"

namespace fovea {

/// The graphics' drawings. InputError as `draw` has it.
Drawing lay_out(const Figure& figure);
Drawing lay_out(const LinePlot& plot);
Drawing lay_out(const BarPlot& plot);

}  // namespace fovea
