#include "base/log.hpp"

#include <atomic>
#include <mutex>

namespace fovea {
namespace {

/// The levels up to which somebody listens: 0 for none.
std::atomic<int> levels = 0;

struct Listener {
  std::mutex mutex;
  LogFunction function;
};

Listener& listener() {
  static Listener the_one;
  return the_one;
}

int count_up_to(LogLevel level) {
  return static_cast<int>(level) + 1;
}

}  // namespace

void set_log(LogFunction log, LogLevel level) {
  const std::lock_guard lock(listener().mutex);
  listener().function = std::move(log);
  levels = listener().function ? count_up_to(level) : 0;
}

bool is_logged(LogLevel level) {
  return count_up_to(level) <= levels.load(std::memory_order_relaxed);
}

void log_line(LogLevel level, std::string_view line) {
  const std::lock_guard lock(listener().mutex);
  if (listener().function && is_logged(level))
    listener().function(level, line);
}

}  // namespace fovea
