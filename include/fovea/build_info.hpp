#pragma once

#include <cstdint>
#include <string>

namespace fovea {

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
