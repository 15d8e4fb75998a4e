#include "base/shown_path.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The working folder; the root if it is gone, so that absolute paths become file names.
fs::path working_folder() {
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  return error ? fs::path("/") : folder;
}

/// The path without "." and "..", and without a "/" at its end.
fs::path normal(const fs::path& path) {
  const fs::path result = path.lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

/// Whether the two have more in common than the root.
bool share_a_folder(const fs::path& a, const fs::path& b) {
  const fs::path in_a = a.relative_path(), in_b = b.relative_path();
  return !in_a.empty() && !in_b.empty() && *in_a.begin() == *in_b.begin();
}

}  // namespace

bool is_standard_input(const std::string& path) {
  return path == "/dev/stdin";
}

std::string name_of_input(const std::string& path) {
  return is_standard_input(path) ? "standard input" : path;
}

std::string shown_path(const std::string& path, const fs::path& folder) {
  if (!fs::path(path).is_absolute())
    return path;
  const fs::path file = normal(path), from = normal(folder);
  const fs::path shown = share_a_folder(file, from) ? file.lexically_relative(from) : file.filename();
  return shown.empty() ? path : shown.string();
}

std::string shown_path(const std::string& path) {
  return shown_path(name_of_input(path), working_folder());
}

std::string shown_argument(const std::string& argument, const fs::path& folder) {
  const std::size_t equals = argument.starts_with('-') ? argument.find('=') : std::string::npos;
  if (equals == std::string::npos)
    return shown_path(argument, folder);
  return argument.substr(0, equals + 1) + shown_path(argument.substr(equals + 1), folder);
}

std::string shown_argument(const std::string& argument) {
  return shown_argument(argument, working_folder());
}

}  // namespace fovea
