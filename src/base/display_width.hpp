#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The room that text takes on a terminal.
namespace fovea {

/// The columns of a text in UTF-8 without control characters: two for a wide character (Chinese, Japanese,
/// Korean, pictographs), none for a combining one, otherwise one. A byte that is not UTF-8 counts as one.
std::size_t display_width(std::string_view text);

/// The text, or its beginning and end with an ellipsis between them, in at most `columns` columns. Empty if
/// there is no room for the ellipsis.
std::string fitted_text(std::string_view text, std::size_t columns);

}  // namespace fovea
