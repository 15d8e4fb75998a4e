#include "base/append_file.hpp"

#include "base/check.hpp"
#include "base/write_all.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace fovea {

AppendFile::AppendFile(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0)
    throw_write_error(path, errno);
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
    throw_write_error(path_, errno);
}

void AppendFile::append(std::string_view text) {
  write_all(descriptor_, text, path_);
  if (std::chrono::steady_clock::now() - synced_ > std::chrono::seconds(1))
    sync();
}

void AppendFile::sync() {
  // Not every file can be waited for (EINVAL: a pipe, some network file systems).
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL)
    throw_write_error(path_, errno);
  synced_ = std::chrono::steady_clock::now();
}

}  // namespace fovea
