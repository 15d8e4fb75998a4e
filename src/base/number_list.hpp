#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace fovea {

/// "3" or "12,0,7" as whole numbers that are not negative. None for any other text.
std::optional<std::vector<std::int64_t>> parse_number_list(std::string_view text);

}  // namespace fovea
