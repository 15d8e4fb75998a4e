#pragma once

#include <cstddef>
#include <string_view>

namespace fovea {

/// Levenshtein's: the fewest insertions, deletions and replacements of bytes that make one text of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace fovea
