#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A line of a configuration file.
struct ConfigurationEntry {
  std::string key, value;
  std::size_t line = 0;  ///< counted from 1
};

/// Parses lines of the form "key = value". Empty lines, and lines whose first character other than a blank is
/// '#', are skipped; blanks around keys and values do not count. InputError naming file and line for any
/// other line, an empty value, a key that is not among `keys`, and a key that comes twice.
std::vector<ConfigurationEntry> parse_configuration(std::string_view text, const std::string& path,
                                                    std::span<const std::string_view> keys);

}  // namespace fovea
