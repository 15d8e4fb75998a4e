#pragma once

#include <cstddef>
#include <string_view>

namespace fovea {

/// The smallest number of insertions, deletions and replacements of bytes, and exchanges of two neighbours,
/// that turn one text into the other, where no part is edited twice (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace fovea
