#include "base/wrapped_text.hpp"

#include <algorithm>

namespace fovea {

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::string> wrapped_lines(std::string_view text, std::size_t width) {
  constexpr const char* blanks = " \t\r\n";
  std::vector<std::string> lines(1);
  std::size_t length = 0;
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const std::size_t letters = character_count(word);
    if (length > 0 && length + 1 + letters > width) {
      lines.emplace_back();
      length = 0;
    }
    lines.back() += length > 0 ? " " : "";
    lines.back() += word;
    length += letters + (length > 0 ? 1 : 0);
    begin = text.find_first_not_of(blanks, end);
  }
  return lines;
}

std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t width,
                        std::size_t most_left) {
  constexpr std::size_t indent = 2, gap = 2, least_right = 20;
  std::size_t left = 0;
  for (const auto& row : rows)
    if (const std::size_t letters = character_count(row.first); letters <= most_left)
      left = std::max(left, letters);
  const std::size_t column = indent + left + gap;
  const std::size_t right = width > column + least_right ? width - column : least_right;
  std::string text;
  for (const auto& [name, meaning] : rows) {
    const std::size_t used = indent + character_count(name);
    text += std::string(indent, ' ') + name;
    const std::vector<std::string> lines = wrapped_lines(meaning, right);
    const bool beside = used + gap <= column;
    for (std::size_t i = 0; i < lines.size() && !lines[i].empty(); ++i) {
      if (i == 0 && beside)
        text += std::string(column - used, ' ');
      else
        text += "\n" + std::string(column, ' ');
      text += lines[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace fovea
