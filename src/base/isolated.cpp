#include "base/isolated.hpp"

#include <cstdint>

namespace fovea {
namespace {

/// By the blocks of Unicode.
bool is_right_to_left(std::uint32_t code) {
  return (code >= 0x590 && code <= 0x8FF) || (code >= 0xFB1D && code <= 0xFDFF) ||
         (code >= 0xFE70 && code <= 0xFEFE) || (code >= 0x10800 && code <= 0x10FFF) ||
         (code >= 0x1E800 && code <= 0x1EFFF);
}

bool has_right_to_left(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 1 || i + length > text.size())
      continue;
    std::uint32_t code = first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k)
      code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    if (is_right_to_left(code))
      return true;
  }
  return false;
}

std::string marked_name(std::string_view name, const char* mark) {
  if (!has_right_to_left(name))
    return std::string(name);
  return std::string("\u200E").append(mark).append(name).append("\u2069");
}

}  // namespace

std::string isolated(std::string_view name) {
  return marked_name(name, "\u2068");
}

std::string isolated_file(std::string_view name) {
  return marked_name(name, "\u2066");
}

}  // namespace fovea
