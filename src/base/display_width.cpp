#include "base/display_width.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace fovea {
namespace {

struct CharacterRange {
  char32_t first, last;
};

/// Blocks of combining marks, joiners and variation selectors, sorted.
constexpr CharacterRange kCombining[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F},   {0x20D0, 0x20FF},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF},
};

/// Blocks of characters that Unicode calls wide or fullwidth, sorted.
constexpr CharacterRange kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

template <std::size_t n>
bool is_in(const CharacterRange (&ranges)[n], char32_t character) {
  const auto* const range =
      std::lower_bound(std::begin(ranges), std::end(ranges), character,
                       [](const CharacterRange& each, char32_t value) { return each.last < value; });
  return range != std::end(ranges) && range->first <= character;
}

struct DisplayedCharacter {
  std::string_view bytes;
  std::size_t columns = 1;
};

/// The characters of a text. What does not continue as its first byte says is a character of one byte.
std::vector<DisplayedCharacter> displayed_characters(std::string_view text) {
  std::vector<DisplayedCharacter> characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t value = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
      if ((next & 0xC0U) != 0x80U) {
        length = 1;
        value = first;
      } else {
        value = value << 6U | (next & 0x3FU);
      }
    }
    const std::size_t columns = length == 1 ? 1 : is_in(kCombining, value) ? 0 : is_in(kWide, value) ? 2 : 1;
    characters.push_back({text.substr(at, length), columns});
    at += length;
  }
  return characters;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (const DisplayedCharacter& character : displayed_characters(text))
    columns += character.columns;
  return columns;
}

std::string fitted_text(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns)
    return std::string(text);
  if (columns == 0)
    return {};
  const std::vector<DisplayedCharacter> characters = displayed_characters(text);
  const std::size_t end_columns = (columns - 1) / 2, begin_columns = columns - 1 - end_columns;
  std::string begin, end;
  std::size_t used = 0;
  for (std::size_t i = 0; i < characters.size() && used + characters[i].columns <= begin_columns; ++i) {
    begin += characters[i].bytes;
    used += characters[i].columns;
  }
  used = 0;
  for (std::size_t i = characters.size(); i-- > 0 && used + characters[i].columns <= end_columns;) {
    end.insert(0, characters[i].bytes);
    used += characters[i].columns;
  }
  return begin + "\u2026" + end;
}

}  // namespace fovea
