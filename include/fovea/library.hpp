#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// The library as a whole: its log and its version.
namespace fovea {

/// The subject of a log line; each level includes the ones before it.
enum class LogLevel {
  Summary,  ///< what was imported, and the resulting program
  Detail,   ///< each pass and its time, the memory plan, nodes that run their reference kernel
};

/// Receives one line, without its end.
using LogFunction = std::function<void(LogLevel level, std::string_view line)>;

/// Sets the function that receives log lines while programs are compiled, for the whole process; it is called
/// on the compiling thread. An empty function, the default, turns the log off. Any thread may call this at
/// any time: calls of the log function do not overlap, and when set_log returns, the previous function is not
/// called any more. The function must neither compile nor set the log. Without a log nothing is measured or
/// written.
void set_log(LogFunction log, LogLevel level = LogLevel::Detail);

/// The version of the library, its build, and the environment it runs in.
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
