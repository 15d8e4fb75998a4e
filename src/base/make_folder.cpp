#include "base/make_folder.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace fovea {

namespace fs = std::filesystem;

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw OutputError(fmt::format("cannot make the folder: {}", error.message()), path);
  if (!fs::is_directory(path, error))
    throw OutputError("is not a folder", path);
  if (::access(path.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("cannot write into the folder: {}", std::strerror(errno)), path);
}

}  // namespace fovea
