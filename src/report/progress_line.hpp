#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace fovea {

/// How far a piece of work has come.
struct ProgressState {
  std::int64_t done = 0;   ///< items, of `total`
  std::int64_t total = 1;  ///< at least 1
  std::int64_t begun = 0;  ///< items that were done before the clock was started
  double seconds = 0;      ///< since the clock was started
  std::string unit = {};   ///< of the items; empty for things that are counted
  std::string text = {};   ///< what is being worked on
};

/// One line of at most `width` columns: a bar, the items, how many there are each second, the time that is
/// left, and as much of the text as has room. Without rate and time as long as nothing was done.
std::string progress_line(const ProgressState& state, std::size_t width);

/// "0:07", "12:34" or "1:02:03".
std::string clock_text(double seconds);

}  // namespace fovea
