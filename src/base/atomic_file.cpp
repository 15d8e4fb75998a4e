#include "base/atomic_file.hpp"

#include "base/check.hpp"
#include "base/leftovers.hpp"
#include "base/unfinished.hpp"
#include "base/write_all.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace fovea {
namespace {

/// An empty file with a name of its own in the folder of `target`. Not mkstemp: that ignores the user's
/// umask.
std::string create_temporary(const std::string& target, const std::string& path, int& descriptor) {
  static std::atomic<unsigned> serial{0};
  const auto slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : target.substr(0, slash + 1);
  remove_leftovers(folder);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    std::string name = folder + unfinished_file_name(serial++);
    note_unfinished(name);
    descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      lock_unfinished(descriptor);
      return name;
    }
    const int reason = errno;
    forget_unfinished(name);
    if (reason != EEXIST)
      throw_write_error(path, reason);
  }
  throw_write_error(path, EEXIST);
}

/// A descriptor, or -1, that is closed at the end.
struct Closing {
  int descriptor;
  ~Closing() {
    if (descriptor >= 0)
      ::close(descriptor);
  }
};

std::string follow_links(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  std::string target = resolved ? resolved : path;
  std::free(resolved);
  return target;
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      throw_write_error(path, EISDIR);
    if (!S_ISREG(status.st_mode)) {
      descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      if (descriptor_ < 0)
        throw_write_error(path, errno);
      return;
    }
    mode_ = status.st_mode & 07777;
  }
  if (path.empty() || path.back() == '/')
    throw_write_error(path, path.empty() ? ENOENT : EISDIR);
  target_ = mode_ ? follow_links(path) : path;
  temporary_ = create_temporary(target_, path, descriptor_);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
  if (temporary_.empty())
    return;
  ::unlink(temporary_.c_str());
  forget_unfinished(temporary_);
}

void AtomicFile::write(std::string_view bytes) {
  write_all(descriptor_, bytes, path_);
}

void AtomicFile::commit() {
  if (mode_ && ::fchmod(descriptor_, *mode_) != 0)
    throw_write_error(path_, errno);
  // The copy keeps the lock until the file has its name.
  const Closing copy{::fcntl(descriptor_, F_DUPFD_CLOEXEC, 3)};
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0)  // a delayed write error (quota, network file systems) shows up here
    throw_write_error(path_, errno);
  if (temporary_.empty())
    return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0)
    throw_write_error(path_, errno);
  forget_unfinished(temporary_);
  temporary_.clear();
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace fovea
