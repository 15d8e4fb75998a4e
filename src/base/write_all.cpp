#include "base/write_all.hpp"

#include "base/check.hpp"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace fovea {

void throw_write_error(const std::string& path, int error) {
  throw OutputError("cannot write: " + std::generic_category().message(error), path);
}

void write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      throw_write_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace fovea
