#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// The library as a whole: what it is and runs on, and the log of what it does.
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

/// What this library is, what it was built with, and what it runs on here.
struct BuildInfo {
  std::string version;           ///< of fovea: "0.1.0"
  std::string compiler;          ///< "g++ 12.2.0"
  std::string build_type;        ///< CMake's word: "Release"; with sanitizers, "Debug, sanitizers thread"
  std::string onednn;            ///< version of the oneDNN that is loaded
  std::string instruction_set;   ///< the best that oneDNN uses on this processor: "AVX2", "AVX-512 with AMX"
  std::string opencv;            ///< version of the OpenCV that is loaded
  std::int64_t first_opset = 0;  ///< ONNX operator sets that are read, from this
  std::int64_t last_opset = 0;   ///< to this
};

BuildInfo build_info();

}  // namespace fovea
