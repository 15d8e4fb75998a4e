#include "base/atomic_file.hpp"

#include "base/check.hpp"
#include "base/leftovers.hpp"
#include "base/replacement.hpp"
#include "base/unfinished.hpp"
#include "base/write_all.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <system_error>

namespace fovea {
namespace {

std::string folder_of(const std::string& target) {
  const auto slash = target.rfind('/');
  return slash == std::string::npos ? "" : target.substr(0, slash + 1);
}

/// The path under which the system shows an open file of this process.
std::string path_of(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

/// An empty file without a name in the folder, which disappears with its last descriptor. -1 if the file
/// system has none, or if the file could not be named later.
int open_unnamed(const std::string& folder) {
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0 || ::access(path_of(descriptor).c_str(), F_OK) == 0)
    return descriptor;
  ::close(descriptor);
  return -1;
}

/// A name that this process has given to no other file.
std::string next_temporary(const std::string& target) {
  static std::atomic<unsigned> serial{0};
  return folder_of(target) + unfinished_file_name(serial++);
}

/// Calls `make` with temporary names in the folder of `target` until one is free, and returns that; it is
/// noted as unfinished. `make` returns whether it succeeded, with the reason in errno. OutputError naming
/// `path`.
template <class Make>
std::string make_temporary(const std::string& target, const std::string& path, const Make& make) {
  int reason = EEXIST;
  for (int attempt = 0; reason == EEXIST && attempt < 1000; ++attempt) {
    const std::string name = next_temporary(target);
    const UnfinishedLock hold = hold_unfinished();
    note_unfinished(name);
    if (make(name))
      return name;
    reason = errno;
    forget_unfinished(name);
  }
  throw_write_error(path, reason);
}

/// An empty file with a temporary name. Not mkstemp: that ignores the user's umask.
std::string create_temporary(const std::string& target, const std::string& path, int& descriptor) {
  return make_temporary(target, path, [&](const std::string& name) {
    descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0)
      lock_unfinished(descriptor);
    return descriptor >= 0;
  });
}

bool link_unnamed(int descriptor, const std::string& name) {
  return ::linkat(AT_FDCWD, path_of(descriptor).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

/// The descriptor that a path like /dev/stdout names, which may be that of a file.
std::optional<int> named_descriptor(const std::string& path) {
  if (path == "/dev/stdout")
    return STDOUT_FILENO;
  if (path == "/dev/stderr")
    return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    int number = 0;
    const char* const end = path.data() + path.size();
    if (path.starts_with(folder))
      if (const auto parsed = std::from_chars(path.data() + folder.size(), end, number);
          parsed.ec == std::errc() && parsed.ptr == end)
        return number;
  }
  return {};
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

AtomicFile::AtomicFile(const std::string& path, Temporary temporary) : path_(path) {
  if (const auto named = named_descriptor(path)) {
    descriptor_ = ::fcntl(*named, F_DUPFD_CLOEXEC, 3);
    if (descriptor_ < 0)
      throw_write_error(path, errno);
    return;
  }
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
    check_replacement(path);
    mode_ = status.st_mode & 07777;
  }
  if (path.empty() || path.back() == '/')
    throw_write_error(path, path.empty() ? ENOENT : EISDIR);
  target_ = mode_ ? follow_links(path) : path;
  remove_leftovers(folder_of(target_));
  if (temporary == Temporary::Unnamed)
    descriptor_ = open_unnamed(folder_of(target_));
  if (descriptor_ < 0)
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
  // The copy keeps the file, or its lock, until it has its name.
  const Closing copy{::fcntl(descriptor_, F_DUPFD_CLOEXEC, 3)};
  if (copy.descriptor < 0)
    throw_write_error(path_, errno);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0)  // a delayed write error (quota, network file systems) shows up here
    throw_write_error(path_, errno);
  if (!target_.empty())
    give_name(copy.descriptor);
}

void AtomicFile::give_name(int descriptor) {
  const UnfinishedLock hold = hold_unfinished();
  if (temporary_.empty()) {
    if (link_unnamed(descriptor, target_))
      return;
    if (errno != EEXIST)
      throw_write_error(path_, errno);
    // A link replaces no file; renaming does.
    temporary_ = make_temporary(target_, path_,
                                [&](const std::string& name) { return link_unnamed(descriptor, name); });
  }
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
