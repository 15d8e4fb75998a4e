#include "base/file_name_part.hpp"

#include "base/lower_case.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace fovea {
namespace {

bool is_ascii_letter_or_digit(std::uint32_t code) {
  return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
}

bool is_blank(std::uint32_t code) {
  return code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200B) || code == 0x202F ||
         code == 0x205F || code == 0x3000 || code == 0xFEFF;
}

/// Names of devices, which no file may have on Windows, whatever its ending.
bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 4> names = {"con", "prn", "aux", "nul"};
  const std::string lower = lower_case(std::string(name));
  if (std::find(names.begin(), names.end(), lower) != names.end())
    return true;
  return lower.size() == 4 && (lower.starts_with("com") || lower.starts_with("lpt")) && lower[3] >= '0' &&
         lower[3] <= '9';
}

}  // namespace

std::string file_name_part(std::string_view text, std::string_view otherwise, std::size_t most_bytes) {
  std::string part;
  bool has_gap = false;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(character.bytes, 1));
    text.remove_prefix(bytes.size());
    const bool is_kept = character.bytes == 1 ? is_ascii_letter_or_digit(character.code)
                                              : character.bytes > 1 && !is_control(character.code) &&
                                                    !is_blank(character.code) && character.code != 0xFFFD;
    if (!is_kept) {
      has_gap = true;
      continue;
    }
    const std::string_view gap = has_gap && !part.empty() ? "-" : "";
    has_gap = false;
    if (part.size() + gap.size() + bytes.size() > most_bytes)
      break;
    part += gap;
    part += bytes;
  }
  if (part.empty())
    return std::string(otherwise);
  return is_reserved(part) ? part + '_' : part;
}

}  // namespace fovea
