#pragma once

#include "image/cairo_library.hpp"
#include "image/drawing.hpp"

#include <mutex>

namespace fovea {

/// Held while Pango or Cairo work: one map of fonts serves all threads.
std::mutex& drawing_mutex();

/// The text's layout, in units. The mutex must be held.
CairoPointer<PangoLayout> lay_out_text(const DrawnText& text);

/// The space that a layout takes, and the distance of its left edge from its origin. The mutex must be held.
struct LayoutBox {
  double left = 0, width = 0, height = 0;
};
LayoutBox box_of(PangoLayout* layout);

}  // namespace fovea
