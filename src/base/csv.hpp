#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// Fields of one CSV line; a quoted field may hold commas and doubled quotes. InputError naming `origin` and
/// the line's `number` when a quote is not closed.
std::vector<std::string> split_csv(std::string_view line, std::size_t number, const std::string& origin);

/// A field of a CSV line, quoted where it has to be.
std::string csv_field(std::string_view text);

}  // namespace fovea
