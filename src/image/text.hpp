#pragma once

#include "image/cairo_library.hpp"
#include "image/drawing.hpp"

#include <mutex>

namespace fovea {

/// Held while Pango or Cairo work, and for what they tell: one map of fonts serves all threads.
std::mutex& drawing_mutex();

/// Locks the drawing mutex for a drawing. std::bad_alloc or InputError if memory or threads are so scarce
/// that these libraries, which end the process if they do not get what they ask for, might.
[[nodiscard]] std::unique_lock<std::mutex> lock_drawing();

/// The text's layout, in units. The lock must be held.
CairoPointer<PangoLayout> lay_out_text(const DrawnText& text);

/// The space that a layout takes, and the distance of its left edge from its origin. The lock must be held.
struct LayoutBox {
  double left = 0, width = 0, height = 0;
};
LayoutBox box_of(PangoLayout* layout);

}  // namespace fovea
