#include "base/unfinished.hpp"

#include <filesystem>
#include <set>
#include <system_error>

namespace fovea {
namespace {

struct Unfinished {
  std::mutex mutex;
  std::set<std::string> paths;
};

/// Never taken down: files may be closed by objects that live until the process ends.
Unfinished& unfinished() {
  static auto* const list = new Unfinished;
  return *list;
}

}  // namespace

void note_unfinished(const std::string& path) {
  const std::lock_guard lock(unfinished().mutex);
  unfinished().paths.insert(path);
}

void forget_unfinished(const std::string& path) {
  const std::lock_guard lock(unfinished().mutex);
  unfinished().paths.erase(path);
}

std::unique_lock<std::mutex> remove_unfinished() {
  std::unique_lock lock(unfinished().mutex);
  for (const std::string& path : unfinished().paths) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  unfinished().paths.clear();
  return lock;
}

}  // namespace fovea
