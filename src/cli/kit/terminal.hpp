#pragma once

#include <cstddef>

namespace fovea::cli {

/// The number of columns of the terminal behind a descriptor, at least 20: that of the environment's COLUMNS
/// if it is set, the terminal's own, or 80 where there is no terminal.
std::size_t terminal_width(int descriptor);

/// Whether the locale of the environment says that texts are UTF-8.
bool is_utf8_locale();

}  // namespace fovea::cli
