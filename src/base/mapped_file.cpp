#include "base/mapped_file.hpp"

#include "base/check.hpp"
#include "base/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea {

namespace {

/// All of a file that cannot be mapped.
std::string read_all(int descriptor, std::size_t limit) {
  std::string bytes;
  std::size_t used = 0;
  while (true) {
    if (used == bytes.size())
      bytes.resize(std::max<std::size_t>(2 * used, 65536));
    const ssize_t count = ::read(descriptor, bytes.data() + used, bytes.size() - used);
    if (count < 0 && errno == EINTR)
      continue;
    FOVEA_CHECK(count >= 0, "cannot be read: {}", std::strerror(errno));
    if (count == 0)
      break;
    used += static_cast<std::size_t>(count);
    FOVEA_CHECK(used <= limit, "has more than the {} bytes allowed", limit);
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path, std::size_t limit) {
  std::shared_ptr<MappedFile> file(new MappedFile);
  struct stat status = {};
  std::string why;
  file->descriptor_ = open_regular_file(path, why);
  FOVEA_CHECK(file->descriptor_ >= 0, "{}", why);
  FOVEA_CHECK(::fstat(file->descriptor_, &status) == 0, "cannot be opened: {}", std::strerror(errno));
  const auto size = static_cast<std::size_t>(status.st_size);
  FOVEA_CHECK(size <= limit, "has {} bytes, more than the {} allowed", size, limit);
  file->size_ = status.st_size;
  file->seconds_ = status.st_mtim.tv_sec;
  file->nanoseconds_ = status.st_mtim.tv_nsec;
  if (size > 0) {
    void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->descriptor_, 0);
    if (mapping != MAP_FAILED) {
      file->mapping_ = mapping;
      file->bytes_ = {static_cast<const char*>(mapping), size};
      return file;
    }
  }
  file->read_ = read_all(file->descriptor_, limit);
  file->bytes_ = file->read_;
  return file;
}

MappedFile::~MappedFile() {
  if (mapping_)
    ::munmap(mapping_, bytes_.size());
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

void MappedFile::check_unchanged() const {
  if (!mapping_)
    return;
  struct stat now = {};
  const bool same = ::fstat(descriptor_, &now) == 0 && now.st_size == size_ &&
                    now.st_mtim.tv_sec == seconds_ && now.st_mtim.tv_nsec == nanoseconds_;
  FOVEA_CHECK(same, "the file was changed after it was opened");
}

void MappedFile::release_pages() const {
  if (mapping_)
    ::madvise(mapping_, bytes_.size(), MADV_DONTNEED);
}

void MappedFile::release_pages(const void* address, std::size_t bytes) const {
  const auto* begin = static_cast<const char*>(address);
  const std::less<> before;
  if (!mapping_ || before(begin, bytes_.data()) || !before(begin, bytes_.data() + bytes_.size()))
    return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto offset = static_cast<std::size_t>(begin - bytes_.data());
  const std::size_t first = (offset + page - 1) / page * page;
  const std::size_t last = std::min(offset + bytes, bytes_.size()) / page * page;
  if (first < last)
    ::madvise(static_cast<char*>(mapping_) + first, last - first, MADV_DONTNEED);
}

}  // namespace fovea
