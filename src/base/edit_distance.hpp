#pragma once

#include <cstddef>
#include <string_view>

namespace fovea {

/// Levenshtein's distance: the smallest number of insertions, deletions and replacements of bytes that turn
/// one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace fovea
