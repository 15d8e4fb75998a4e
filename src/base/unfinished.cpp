#include "base/unfinished.hpp"

#include <filesystem>
#include <set>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace fovea {
namespace {

struct Unfinished {
  std::recursive_mutex mutex;
  std::set<std::string> paths;
  std::vector<std::string> made_folders;  ///< each after the one that it is in
};

/// Never taken down: files may be closed by objects that live until the process ends.
Unfinished& unfinished() {
  static auto* const list = new Unfinished;
  return *list;
}

}  // namespace

UnfinishedLock hold_unfinished() {
  return UnfinishedLock(unfinished().mutex);
}

void note_unfinished(const std::string& path) {
  const UnfinishedLock lock = hold_unfinished();
  unfinished().paths.insert(path);
}

void forget_unfinished(const std::string& path) {
  const UnfinishedLock lock = hold_unfinished();
  unfinished().paths.erase(path);
}

void note_made_folder(const std::string& path) {
  const UnfinishedLock lock = hold_unfinished();
  unfinished().made_folders.push_back(path);
}

UnfinishedLock remove_unfinished() {
  UnfinishedLock lock = hold_unfinished();
  for (const std::string& path : unfinished().paths) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  unfinished().paths.clear();
  for (; !unfinished().made_folders.empty(); unfinished().made_folders.pop_back())
    ::rmdir(unfinished().made_folders.back().c_str());  // which refuses a folder that holds something
  return lock;
}

}  // namespace fovea
