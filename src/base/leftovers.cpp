#include "base/leftovers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The whole of a text as a positive number without leading zeros.
std::optional<long> number_from(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || std::to_string(value) != text)
    return {};
  return value;
}

/// The process in the name of an unfinished file; none for any other name.
std::optional<long> process_of_file(std::string_view name) {
  constexpr std::string_view begin = ".fovea-", end = ".tmp";
  if (!name.starts_with(begin) || !name.ends_with(end) || name.size() <= begin.size() + end.size())
    return {};
  name = name.substr(begin.size(), name.size() - begin.size() - end.size());
  const auto dash = name.find('-');
  if (dash == std::string_view::npos || !number_from(name.substr(dash + 1)))
    return {};
  return number_from(name.substr(0, dash));
}

/// The process in the name of the unfinished folder of a page's pictures; none for another name.
std::optional<long> process_of_folder(std::string_view name) {
  constexpr std::string_view middle = "_files.", end = ".tmp";
  if (!name.ends_with(end))
    return {};
  name.remove_suffix(end.size());
  const auto at = name.rfind(middle);
  return at == std::string_view::npos ? std::nullopt : number_from(name.substr(at + middle.size()));
}

bool is_gone(long process) {
  return process > 0 && process <= INT32_MAX && ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
}

bool holds_only_pictures(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path name = at->path().filename();
    const bool ours = name.extension() == ".png" || name.extension() == ".jpg" ||
                      name.extension() == ".webp" || process_of_file(name.string());
    if (!ours || !at->is_regular_file(error) || at->is_symlink(error))
      return false;
  }
  return !error;
}

/// Removes a leftover, unless it is locked or not this user's.
void remove_unlocked(const fs::path& path, bool is_folder) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (is_folder ? O_DIRECTORY : 0);
  const int descriptor = ::open(path.c_str(), flags);
  if (descriptor < 0)
    return;
  struct stat status = {};
  const bool ours = ::fstat(descriptor, &status) == 0 && status.st_uid == ::geteuid() &&
                    (is_folder ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode));
  if (ours && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    std::error_code ignored;
    if (!is_folder)
      fs::remove(path, ignored);
    else if (holds_only_pictures(path))
      fs::remove_all(path, ignored);
  }
  ::close(descriptor);
}

bool is_first_look(const std::string& folder) {
  static std::mutex mutex;
  static auto* const seen = new std::set<std::string>;  // never taken down, as in unfinished.cpp
  const std::lock_guard lock(mutex);
  return seen->insert(folder).second;
}

}  // namespace

std::string unfinished_file_name(unsigned serial) {
  return fmt::format(".fovea-{}-{}.tmp", ::getpid(), serial);
}

std::string unfinished_folder_name(const std::string& stem_files) {
  return fmt::format("{}.{}.tmp", stem_files, ::getpid());
}

void lock_unfinished(int descriptor) {
  [[maybe_unused]] const int locked = ::flock(descriptor, LOCK_EX | LOCK_NB);
}

void remove_leftovers(const std::string& folder) {
  if (!is_first_look(folder))
    return;
  std::error_code error;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (const auto process = process_of_file(name); process && is_gone(*process))
      remove_unlocked(at->path(), false);
    else if (const auto owner = process_of_folder(name); owner && is_gone(*owner))
      remove_unlocked(at->path(), true);
  }
}

}  // namespace fovea
