#include "fovea/library.hpp"

#include "backend/onednn/onednn.hpp"
#include "image/libraries.hpp"
#include "onnx/file/file.hpp"

#include <fmt/format.h>

#include <string_view>

namespace fovea {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#elif defined(__GNUC__)
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
  return "unknown";
#endif
}

std::string build_type() {
  const std::string_view sanitizers = FOVEA_SANITIZERS;
  return std::string(FOVEA_BUILD_TYPE) +
         (sanitizers.empty() ? "" : fmt::format(", sanitizers {}", sanitizers));
}

}  // namespace

BuildInfo build_info() {
  BuildInfo info;
  info.version = FOVEA_VERSION;
  info.compiler = compiler();
  info.build_type = build_type();
  info.onednn = backend::onednn_version();
  info.instruction_set = backend::onednn_instruction_set();
  info.opencv = opencv_version();
  info.first_opset = onnx_import::kFirstOpset;
  info.last_opset = onnx_import::kLastOpset;
  return info;
}

}  // namespace fovea
