#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Text of a limited width, for terminals.
namespace fovea {

/// The text in lines of at most `width` columns (`display_width`), broken at blanks alone: a longer word has
/// a line of its own. Runs of blanks and line ends count as one blank. One empty line for an empty text.
std::vector<std::string> wrapped_lines(std::string_view text, std::size_t width);

/// Rows of two columns, indented by two blanks: the left texts as they are, the right ones wrapped so that no
/// line exceeds `width`. The left column is as wide as its longest text of at most `most_left`
/// columns; a longer text has a line of its own. The right column keeps at least 20 columns, however
/// small the width.
std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t width,
                        std::size_t most_left = 30);

/// Each line of a text as it is, or wrapped where it is wider than `width`: what follows stands below the
/// line's last column, which begins behind two blanks or more, if that leaves at least 20 columns; otherwise
/// it is indented by two blanks more than the line. 0: no line is wrapped.
std::string hanging_lines(std::string_view text, std::size_t width);

}  // namespace fovea
