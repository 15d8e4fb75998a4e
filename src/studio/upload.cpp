#include "studio/upload.hpp"

#include "base/write_all.hpp"
#include "fovea/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace fovea::studio {
namespace {

/// A descriptor of a file that has no name, in a folder that is there for a moment only: whatever follows the
/// file to its folder, as models do that have weights in further files, finds none. -1 where none can be
/// made.
int open_unnamed(const std::string& parent) {
  std::string folder = parent + "/fovea-upload-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr)
    return -1;
  constexpr mode_t only_ours = S_IRUSR | S_IWUSR;
  int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, only_ours);
  if (descriptor < 0) {  // file systems without such files give one a name
    const std::string name = folder + "/upload";
    descriptor = ::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, only_ours);
    if (descriptor >= 0)
      ::unlink(name.c_str());
  }
  const int error = errno;
  ::rmdir(folder.c_str());
  errno = error;
  return descriptor;
}

}  // namespace

Upload::Upload(const std::string& folder) : descriptor_(open_unnamed(folder)) {
  if (descriptor_ < 0)
    throw OutputError(fmt::format("no temporary file can be made: {}", std::strerror(errno)), folder);
  path_ = fmt::format("/proc/self/fd/{}", descriptor_);
}

Upload::~Upload() {
  ::close(descriptor_);
}

void Upload::write(std::string_view bytes) {
  write_all(descriptor_, bytes, "the temporary file of an upload");
  size_ += static_cast<std::int64_t>(bytes.size());
}

}  // namespace fovea::studio
