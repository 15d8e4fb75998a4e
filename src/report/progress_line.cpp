#include "report/progress_line.hpp"

#include "base/display_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// "3.4/s", "18 MB/s", or "5.2 s each" for what takes longer than a second.
std::string rate_text(double rate, const std::string& unit) {
  const std::string per = unit.empty() ? "/s" : " " + unit + "/s";
  if (rate >= 10)
    return fmt::format("{:.0f}{}", rate, per);
  if (rate >= 1 || !unit.empty())
    return fmt::format("{:.1f}{}", rate, per);
  return fmt::format("{:.1f} s each", 1 / rate);
}

}  // namespace

std::string clock_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::lround(std::clamp(seconds, 0.0, 3.6e8)));
  return all < 3600 ? fmt::format("{}:{:02}", all / 60, all % 60)
                    : fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

std::string progress_line(const ProgressState& state, std::size_t width) {
  const std::int64_t total = std::max<std::int64_t>(state.total, 1);
  const std::int64_t done = std::clamp<std::int64_t>(state.done, 0, total);
  std::string numbers = fmt::format("{}/{}{}{}", done, total, state.unit.empty() ? "" : " ", state.unit);
  if (done > state.begun && state.seconds > 0) {
    const double rate = static_cast<double>(done - state.begun) / state.seconds;
    numbers += fmt::format("  {}  {} left", rate_text(rate, state.unit),
                           clock_text(static_cast<double>(total - done) / rate));
  }
  // The bar has a quarter of the line, and none where the line is short.
  constexpr std::size_t least_bar = 8, most_bar = 40, least_text = 8;
  const std::size_t room = width / 4;
  std::string line;
  if (room >= least_bar && numbers.size() + least_bar + 3 <= width) {
    const std::size_t cells = std::min({room, most_bar, width - numbers.size() - 3});
    const auto filled = static_cast<std::size_t>(static_cast<std::int64_t>(cells) * done / total);
    line = "[" + std::string(filled, '#') + std::string(cells - filled, '.') + "] ";
  }
  line += fitted_text(numbers, width - std::min(width, line.size()));
  const std::size_t used = display_width(line) + 2;
  if (!state.text.empty() && used + least_text <= width)
    line += "  " + fitted_text(state.text, width - used);
  return line;
}

}  // namespace fovea
