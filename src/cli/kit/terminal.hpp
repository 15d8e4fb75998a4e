#pragma once

#include <cstddef>

namespace fovea::cli {

/// The number of columns of the terminal behind a descriptor, at least 20: that of the environment's COLUMNS
/// if it is set, the terminal's own, or 80 where there is no terminal.
std::size_t terminal_width(int descriptor);

/// The width of the lines that are printed to a descriptor: that of its terminal, or 0, none, for another
/// file.
std::size_t line_width(int descriptor);

/// Whether the locale of the environment says that texts are UTF-8.
bool is_utf8_locale();

}  // namespace fovea::cli
