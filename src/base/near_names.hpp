#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// How far a name is from what was typed: the number of letters to insert, drop or change, or 1 where the
/// name holds the text (of at least three letters). Nothing where the two are too unlike for a suggestion.
std::optional<std::size_t> near_miss(std::string_view wanted, std::string_view name);

/// At most `count` of the names that are near what was typed, the nearest first; of equally near ones in
/// their given order.
std::vector<std::string> near_names(std::string_view wanted, const std::vector<std::string>& names,
                                    std::size_t count);

}  // namespace fovea
