#pragma once

#include "fovea/library.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace fovea {

/// Whether events of that level are logged; costs one atomic load.
bool is_logged(LogLevel level);

/// Passes a line to the log, if there is one.
void log_line(LogLevel level, std::string_view line);

/// Logs a formatted line; the text is made only if it is logged.
template <class... Arguments>
void log_event(LogLevel level, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (is_logged(level))
    log_line(level, fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// The time since construction; reads the clock only if there is a log.
class LogTimer {
public:
  double milliseconds() const {
    return begin_ == Clock::time_point()
               ? 0
               : std::chrono::duration<double, std::milli>(Clock::now() - begin_).count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = is_logged(LogLevel::Summary) ? Clock::now() : Clock::time_point();
};

}  // namespace fovea
