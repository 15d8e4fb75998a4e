#pragma once

#include "image/cairo_library.hpp"

namespace fovea {

/// Remembers the characters of a layout that no installed font has, for `take_drawing_notes`. The drawing
/// mutex must be held.
void note_missing_glyphs(PangoLayout* layout);

}  // namespace fovea
