#include "base/read_file.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fovea {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw InputError("cannot read: " + std::generic_category().message(error), path);
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0)
      ::close(value);
  }
};

}  // namespace

std::string read_file(const std::string& path, std::size_t limit) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0)
    fail(path, errno);
  struct stat status = {};
  if (::fstat(file.value, &status) != 0)
    fail(path, errno);
  if (S_ISDIR(status.st_mode))
    fail(path, EISDIR);

  // One byte more than a regular file holds, so that its end is seen without growing the buffer.
  std::string bytes;
  std::size_t used = 0;
  bytes.resize(S_ISREG(status.st_mode) ? std::min(static_cast<std::size_t>(status.st_size), limit) + 1
                                       : 65536);
  while (true) {
    if (used == bytes.size())
      bytes.resize(bytes.size() * 2);
    const ssize_t count = ::read(file.value, bytes.data() + used, bytes.size() - used);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      fail(path, errno);
    if (count == 0)
      break;
    used += static_cast<std::size_t>(count);
    if (used > limit)
      throw InputError(fmt::format("longer than the {} bytes that are allowed", limit), path);
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace fovea
