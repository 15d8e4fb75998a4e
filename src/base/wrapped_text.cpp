#include "base/wrapped_text.hpp"

#include "base/display_width.hpp"

#include <algorithm>

namespace fovea {

std::vector<std::string> wrapped_lines(std::string_view text, std::size_t width) {
  constexpr const char* blanks = " \t\r\n";
  std::vector<std::string> lines(1);
  std::size_t length = 0;
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const std::size_t letters = display_width(word);
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
    if (const std::size_t letters = display_width(row.first); letters <= most_left)
      left = std::max(left, letters);
  const std::size_t column = indent + left + gap;
  const std::size_t right = width > column + least_right ? width - column : least_right;
  std::string text;
  for (const auto& [name, meaning] : rows) {
    const std::size_t used = indent + display_width(name);
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

namespace {

/// A line that is too wide for `width`, wrapped.
std::string hanging_line(std::string_view line, std::size_t width) {
  constexpr std::size_t least = 20;
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t gap = line.rfind("  ");
  std::size_t begin = gap == std::string_view::npos || gap < first ? first : gap + 2;
  std::size_t indent = display_width(line.substr(0, begin));
  if (begin == first || indent + least > width) {
    begin = first;
    indent = first + 2;
  }
  const auto room_behind = [width](std::size_t used) { return width > used ? width - used : 1; };
  const std::vector<std::string> lines =
      wrapped_lines(line.substr(begin), room_behind(display_width(line.substr(0, begin))));
  std::string rest;
  for (std::size_t i = 1; i < lines.size(); ++i)
    rest += lines[i] + " ";
  std::string text = std::string(line.substr(0, begin)) + lines.front();
  if (!rest.empty())
    for (const std::string& next : wrapped_lines(rest, room_behind(indent)))
      text.append("\n").append(indent, ' ').append(next);
  return text;
}

}  // namespace

std::string hanging_lines(std::string_view text, std::size_t width) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (width == 0 || display_width(line) <= width)
      result.append(line);
    else
      result += hanging_line(line, width);
    if (end != std::string_view::npos)
      result += '\n';
  }
  return result;
}

}  // namespace fovea
