#include "report/map_caption.hpp"

#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// "st", "nd", "rd" or "th".
const char* ordinal_ending(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  if (static_cast<double>(whole) != number || (whole % 100 >= 11 && whole % 100 <= 13))
    return "th";
  switch (whole % 10) {
  case 1:
    return "st";
  case 2:
    return "nd";
  case 3:
    return "rd";
  default:
    return "th";
  }
}

}  // namespace

std::string short_number(double number, int digits) {
  std::string text = fmt::format("{:.{}g}", number, digits);
  const std::size_t e = text.find('e');
  if (e == std::string::npos)
    return text;
  std::size_t first = e + 1;
  const bool negative = text[first] == '-';
  while (first + 1 < text.size() && (text[first] == '-' || text[first] == '+' || text[first] == '0'))
    ++first;
  return text.substr(0, e + 1) + (negative ? "-" : "") + text.substr(first);
}

std::string percentile_text(double percentile) {
  return percentile >= 100 ? "maximum"
                           : fmt::format("{:g}{} percentile", percentile, ordinal_ending(percentile));
}

std::string levels_text(const Tensor& map, const DisplayLevels& levels, const DisplayRange& range) {
  const auto values = map.data<float>();
  // Of a map that is zero nearly everywhere the maximum is taken in place of the percentile.
  const double maximum = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  const std::string white = levels.white >= maximum ? "maximum" : percentile_text(range.percentile);
  const std::string black = levels.black == 0 ? "" : fmt::format("black = {}, ", short_number(levels.black));
  return fmt::format("{}white = {}, {}", black, white, short_number(levels.white));
}

ColourBar colour_bar(const std::string& colormap, const Tensor& map, const DisplayLevels& levels,
                     double gamma) {
  const auto values = map.data<float>();
  const bool exceeds = !values.empty() && *std::max_element(values.begin(), values.end()) > levels.white;
  ColourBar bar{colormap, number_text(levels.black), (exceeds ? "≥ " : "") + number_text(levels.white)};
  if (gamma == 1 && !levels.is_flat())
    bar.middle = number_text((levels.black + levels.white) / 2);
  return bar;
}

}  // namespace fovea
