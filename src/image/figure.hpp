#pragma once

#include "fovea/image.hpp"
#include "image/drawing.hpp"

#include <optional>
#include <string>

namespace fovea {

/// The graphics' drawings. InputError as `draw` has it.
Drawing lay_out(const Figure& figure);
Drawing lay_out(const LinePlot& plot);
Drawing lay_out(const BarPlot& plot);
Drawing lay_out(const BoxedPicture& picture);

/// The bytes of the file that `write_graphic` writes; the ending of `path` gives the format.
std::string encode_graphic(const std::string& path, const Graphic& graphic, std::optional<double> dpi);

}  // namespace fovea
