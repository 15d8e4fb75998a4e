#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace fovea {

/// Callbacks of a running evaluation, called on the caller's thread. Empty functions are not called.
struct EvaluationEvents {
  /// `done` of `total` work items are finished; `what` names the next one.
  std::function<void(std::int64_t done, std::int64_t total, const std::string& what)> progress = {};
  /// A picture could not be used, and the run continues. `message` is a sentence that names it.
  std::function<void(const std::string& message)> failed = {};
};

inline void report_progress(const EvaluationEvents& events, std::int64_t done, std::int64_t total,
                            const std::string& what) {
  if (events.progress)
    events.progress(done, total, what);
}

inline void report_failure(const EvaluationEvents& events, const std::string& message) {
  if (events.failed)
    events.failed(message);
}

}  // namespace fovea
