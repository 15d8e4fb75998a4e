#include "base/atomic_file.hpp"

#include "base/check.hpp"
#include "base/write_all.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace fovea {
namespace {

/// Closes the descriptor and removes the file unless it was kept.
class Output {
public:
  Output(int descriptor, std::string temporary) : descriptor_(descriptor), temporary_(std::move(temporary)) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    if (!temporary_.empty())
      ::unlink(temporary_.c_str());
  }

  int descriptor() const { return descriptor_; }
  const std::string& temporary() const { return temporary_; }
  void keep() { temporary_.clear(); }

  /// 0 or errno. A delayed write error (quota, network file systems) shows up here.
  int close() {
    const int status = ::close(descriptor_);
    descriptor_ = -1;
    return status == 0 ? 0 : errno;
  }

private:
  int descriptor_;
  std::string temporary_;
};

void write_directly(const std::string& path, std::string_view bytes) {
  Output output(::open(path.c_str(), O_WRONLY | O_CLOEXEC), "");
  if (output.descriptor() < 0)
    throw_write_error(path, errno);
  write_all(output.descriptor(), bytes, path);
  if (const int error = output.close())
    throw_write_error(path, error);
}

/// An empty file with a name of its own in the folder of `target`. Not mkstemp: that ignores the user's
/// umask.
std::string create_temporary(const std::string& target, const std::string& path, int& descriptor) {
  static std::atomic<unsigned> serial{0};
  const auto slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : target.substr(0, slash + 1);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    std::string name = fmt::format("{}.fovea-{}-{}.tmp", folder, ::getpid(), serial++);
    descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0)
      return name;
    if (errno != EEXIST)
      throw_write_error(path, errno);
  }
  throw_write_error(path, EEXIST);
}

std::string follow_links(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  std::string target = resolved ? resolved : path;
  std::free(resolved);
  return target;
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view bytes) {
  std::optional<mode_t> mode;
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      throw_write_error(path, EISDIR);
    if (!S_ISREG(status.st_mode))
      return write_directly(path, bytes);
    mode = status.st_mode & 07777;
  }
  if (path.empty() || path.back() == '/')
    throw_write_error(path, path.empty() ? ENOENT : EISDIR);

  const std::string target = mode ? follow_links(path) : path;
  int descriptor = -1;
  std::string temporary = create_temporary(target, path, descriptor);
  Output output(descriptor, std::move(temporary));
  write_all(output.descriptor(), bytes, path);
  if (mode && ::fchmod(output.descriptor(), *mode) != 0)
    throw_write_error(path, errno);
  if (const int error = output.close())
    throw_write_error(path, error);
  if (::rename(output.temporary().c_str(), target.c_str()) != 0)
    throw_write_error(path, errno);
  output.keep();
}

}  // namespace fovea
