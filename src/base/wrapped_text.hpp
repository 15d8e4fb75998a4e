#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Text of a limited width, for terminals.
namespace fovea {

/// The number of characters of a text in UTF-8.
std::size_t character_count(std::string_view text);

/// The text in lines of at most `width` characters, broken at blanks alone: a longer word has a line of its
/// own. Runs of blanks and line ends count as one blank. One empty line for an empty text.
std::vector<std::string> wrapped_lines(std::string_view text, std::size_t width);

/// Rows of two columns, indented by two blanks: the left texts as they are, the right ones wrapped so that no
/// line exceeds `width`. The left column is as wide as its longest text of at most `most_left`
/// characters; a longer text has a line of its own. The right column keeps at least 20 characters, however
/// small the width.
std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t width,
                        std::size_t most_left = 30);

}  // namespace fovea
