#include "base/append_file.hpp"

#include "base/check.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace fovea {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw OutputError("cannot write: " + std::generic_category().message(error), path);
}

}  // namespace

AppendFile::AppendFile(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0)
    fail(path, errno);
  // A file system without locks does not keep anyone from working.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    throw OutputError("another process is writing to it", path);
  }
}

AppendFile::~AppendFile() {
  ::close(descriptor_);
}

void AppendFile::cut(std::size_t bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0)
    fail(path_, errno);
}

void AppendFile::append(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      fail(path_, errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (std::chrono::steady_clock::now() - synced_ > std::chrono::seconds(1))
    sync();
}

void AppendFile::sync() {
  // Not every file can be waited for (EINVAL: a pipe, some network file systems).
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL)
    fail(path_, errno);
  synced_ = std::chrono::steady_clock::now();
}

}  // namespace fovea
