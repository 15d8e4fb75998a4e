#pragma once

#include "fovea/image.hpp"

#include <array>
#include <string_view>

namespace fovea {

using Palette = std::array<Colour, 256>;

/// The colours of the levels 0 to 255 by one of `colormap_names`; InputError for another name.
const Palette& palette(std::string_view colormap);

}  // namespace fovea
