#include "image/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

/// Capitals of common sans-serif fonts are 0.72 of the font's size high, those of draw_text 0.52 of the line.
constexpr double kFontSize = 0.72;
/// The widest of common sans-serif fonts need this share of their size for a digit, more than for most
/// letters.
constexpr double kCharacterWidth = 0.64;
constexpr double kBaseline = 0.72;

std::string escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (static_cast<unsigned char>(c) >= 32)
      escaped += c;
  }
  return escaped;
}

std::string hex(const Colour& colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2]);
}

/// With at most two decimals.
std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string points(const std::vector<DrawnPoint>& list) {
  std::string text;
  for (const DrawnPoint& point : list)
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", number(point.x), number(point.y));
  return text;
}

std::string element(const DrawnLine& line) {
  std::string dashes;
  for (const double length : line.dashes)
    dashes += (dashes.empty() ? "" : " ") + number(length);
  return fmt::format(
      R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round"{}/>)",
      points(line.points), hex(line.colour), number(line.width),
      dashes.empty() ? "" : fmt::format(R"( stroke-dasharray="{}")", dashes));
}

std::string element(const DrawnArea& area) {
  return fmt::format(R"(<polygon points="{}" fill="{}"{}/>)", points(area.outline), hex(area.colour),
                     area.opacity < 1 ? fmt::format(R"( fill-opacity="{}")", number(area.opacity)) : "");
}

std::string element(const DrawnText& text) {
  const auto line = static_cast<double>(text.style.line_height);
  const char* anchor = text.anchor == Anchor::Left     ? ""
                       : text.anchor == Anchor::Middle ? R"( text-anchor="middle")"
                                                       : R"( text-anchor="end")";
  return fmt::format(R"(<text x="{}" y="{}" font-size="{}" fill="{}"{}{}>{}</text>)", number(text.at.x),
                     number(text.at.y + kBaseline * line), number(kFontSize * line), hex(text.style.colour),
                     text.style.weight == Weight::Bold ? R"( font-weight="bold")" : "", anchor,
                     escaped(text.text));
}

}  // namespace

double room_for(const std::string& text, const TextStyle& style) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not the later bytes of a character
  });
  const double bold = style.weight == Weight::Bold ? 1.12 : 1;
  return std::max(static_cast<double>(text_width(to_drawable(text), style)),
                  static_cast<double>(characters) * kCharacterWidth * bold * kFontSize *
                      static_cast<double>(style.line_height));
}

std::vector<std::string> lines_for(const std::string& text, double width, const TextStyle& style) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string word = text.substr(at, end - at);
    const std::string longer = line.empty() ? word : line + ' ' + word;
    if (!line.empty() && room_for(longer, style) > width) {
      lines.push_back(line);
      line = word;
    } else {
      line = longer;
    }
    at = end + 1;
  }
  if (!line.empty())
    lines.push_back(line);
  return lines;
}

std::string write_svg(const Drawing& drawing) {
  const std::string width = number(drawing.width), height = number(drawing.height);
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img")"
      R"( font-family="Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif">)"
      "\n<title>{2}</title>\n"
      R"(<rect width="{0}" height="{1}" fill="#ffffff"/>)"
      "\n",
      width, height, escaped(drawing.title));
  for (const auto& mark : drawing.marks)
    svg += std::visit([](const auto& any) { return element(any); }, mark) + '\n';
  return svg + "</svg>\n";
}

}  // namespace fovea
