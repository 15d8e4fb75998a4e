#include "base/check.hpp"

#include "base/shown_path.hpp"

#include <cstring>

namespace fovea {
namespace {

std::string locate(const std::string& message, const ModelLocation& location) {
  std::string text;
  if (!location.path.empty())
    text += name_of_input(location.path) + ": ";
  if (!location.node.empty() || !location.operator_name.empty()) {
    text += fmt::format("node '{}'", location.node);
    if (!location.operator_name.empty())
      text += fmt::format(" ({})", location.operator_name);
    text += ": ";
  }
  return text + message;
}

std::string locate(const std::string& message, const std::string& path) {
  return path.empty() ? message : name_of_input(path) + ": " + message;
}

}  // namespace

ModelError::ModelError(const std::string& message, ModelLocation location)
    : Error(locate(message, location)), location_(std::move(location)), detail_(message) {}

InputError::InputError(const std::string& message, std::string path)
    : Error(locate(message, path)), path_(std::move(path)) {}

OutputError::OutputError(const std::string& message, std::string path)
    : Error(locate(message, path)), path_(std::move(path)) {}

namespace detail {

void assertion_failed(const char* condition, const char* file, int line) {
  const char* slash = std::strrchr(file, '/');
  throw InternalError(
      fmt::format("internal error at {}:{}: expected {}", slash ? slash + 1 : file, line, condition));
}

}  // namespace detail
}  // namespace fovea
