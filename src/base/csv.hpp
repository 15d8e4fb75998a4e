#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// The largest number of bytes of a line; meaningful files have no longer ones.
inline constexpr std::size_t kMaxCsvLine = std::size_t{1} << 20;

/// Fields of one CSV line; a quoted field may hold commas and doubled quotes. InputError naming `origin` and
/// the line's `number` when a quote is not closed or the line is longer than kMaxCsvLine.
std::vector<std::string> split_csv(std::string_view line, std::size_t number, const std::string& origin);

/// A field of a CSV line, quoted where it has to be, as valid UTF-8.
std::string csv_field(std::string_view text);

}  // namespace fovea
