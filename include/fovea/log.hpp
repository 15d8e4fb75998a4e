#pragma once

#include <functional>
#include <string_view>

namespace fovea {

/// What a line of the log is about; each level includes the ones before it.
enum class LogLevel {
  Summary,  ///< what was imported, and the program that came out
  Detail,   ///< each pass and its time, the memory plan, nodes that run their reference kernel
};

/// Told one line, without an end of line.
using LogFunction = std::function<void(LogLevel level, std::string_view line)>;

/// Tells `log` what happens while programs are compiled, in the whole process, on the thread that compiles;
/// an empty function, as at first, ends that. Any thread may set it at any time: calls come one after the
/// other, and when set_log returns the function before is not called any more. The function must neither
/// compile nor set the log itself. Without a log nothing is measured or written.
void set_log(LogFunction log, LogLevel level = LogLevel::Detail);

}  // namespace fovea
