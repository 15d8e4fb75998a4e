#include "base/read_file.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace fovea {
namespace {

constexpr std::size_t kBeginning = 4096;

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// The kind of a file that is not a regular one.
std::string kind_of(mode_t mode) {
  if (S_ISFIFO(mode))
    return "is a pipe, not a file: write what it gives into a file first";
  if (S_ISSOCK(mode))
    return "is a socket, not a file";
  if (S_ISCHR(mode) || S_ISBLK(mode))
    return "is a device, not a file";
  return S_ISDIR(mode) ? "cannot be opened: " + reason(EISDIR) : "";
}

/// "; did you mean 'photo.jpg'?", of the names in the folder where the file is not. Empty if none is near.
std::string similar_names(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr std::size_t most = 10'000;
  const fs::path folder = fs::path(path).parent_path();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder.empty() ? fs::path(".") : folder, error), end;
       !error && at != end && names.size() < most; at.increment(error))
    names.push_back(at->path().filename().string());
  std::sort(names.begin(), names.end());
  return did_you_mean(fs::path(path).filename().string(), names);
}

/// A file that is closed at the end.
class File {
public:
  explicit File(const std::string& path) : path_(path) {
    std::string why;
    descriptor_ = open_regular_file(path, why);
    if (descriptor_ < 0) {
      const std::string opening = "cannot be opened: ";
      throw InputError(why.starts_with(opening) ? "cannot read: " + why.substr(opening.size()) : why, path);
    }
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::size_t size() const {
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0)
      fail(errno);
    return static_cast<std::size_t>(status.st_size);
  }

  /// Reads until `end` bytes are there or the file ends; how many are there.
  std::size_t read(std::string& bytes, std::size_t used, std::size_t end) const {
    while (used < end) {
      const ssize_t count = ::read(descriptor_, bytes.data() + used, end - used);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        fail(errno);
      if (count == 0)
        break;
      used += static_cast<std::size_t>(count);
    }
    return used;
  }

private:
  [[noreturn]] void fail(int error) const { throw InputError("cannot read: " + reason(error), path_); }

  const std::string& path_;
  int descriptor_;
};

}  // namespace

int open_regular_file(const std::string& path, std::string& why) {
  // Opening a device can do something to it: look first. What is opened is looked at again, since it may be
  // another file by then; without O_NONBLOCK opening a pipe would wait for its writer.
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    const int error = errno;
    why = "cannot be opened: " + reason(error) + (error == ENOENT ? similar_names(path) : "");
    return -1;
  }
  if (!(why = kind_of(status.st_mode)).empty())
    return -1;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0)
    why = "cannot be opened: " + reason(errno);
  else
    why = kind_of(status.st_mode);
  if (why.empty())
    return descriptor;
  if (descriptor >= 0)
    ::close(descriptor);
  return -1;
}

std::string read_file(const std::string& path, std::size_t limit, const CheckBeginning& check) {
  const File file(path);
  const auto refuse_length = [&] {
    throw InputError(fmt::format("longer than the {} bytes that are allowed", limit), path);
  };
  const std::size_t size = file.size();
  std::string bytes(std::min(kBeginning, size + 1), '\0');
  std::size_t used = file.read(bytes, 0, bytes.size());
  if (check)
    check(std::string_view(bytes).substr(0, used), size);
  if (size > limit)
    refuse_length();

  // One byte more than the file holds, so that its end is seen without growing the buffer. Files of /proc say
  // that they hold nothing.
  bytes.resize(std::max(size + 1, used));
  while ((used = file.read(bytes, used, bytes.size())) == bytes.size()) {
    if (used > limit)
      refuse_length();
    bytes.resize(bytes.size() * 2);
  }
  if (used > limit)
    refuse_length();
  bytes.resize(used);
  return bytes;
}

}  // namespace fovea
