#include "base/make_folder.hpp"

#include "base/unfinished.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

namespace fovea {

namespace fs = std::filesystem;

namespace {

/// The folder and those above it that do not exist, the uppermost first.
std::vector<std::string> missing_folders(fs::path path) {
  std::vector<std::string> missing;
  std::error_code ignored;
  for (; !path.empty() && !fs::exists(path, ignored); path = path.parent_path())
    if (path.has_filename())
      missing.insert(missing.begin(), path.string());
  return missing;
}

}  // namespace

void make_folder(const std::string& path) {
  std::error_code error;
  {
    const UnfinishedLock hold = hold_unfinished();
    const std::vector<std::string> missing = missing_folders(path);
    fs::create_directories(path, error);
    std::error_code ignored;
    for (const std::string& folder : missing)
      if (fs::is_directory(folder, ignored))
        note_made_folder(folder);
  }
  if (error)
    throw OutputError(fmt::format("cannot make the folder: {}", error.message()), path);
  if (!fs::is_directory(path, error))
    throw OutputError("is not a folder", path);
  if (::access(path.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("cannot write into the folder: {}", std::strerror(errno)), path);
}

void make_folder_of(const std::string& file) {
  std::error_code ignored;
  const fs::path folder = fs::path(file).parent_path();
  if (!folder.empty() && !fs::exists(file, ignored))
    make_folder(folder.string());
}

}  // namespace fovea
