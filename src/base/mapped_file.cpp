#include "base/mapped_file.hpp"

#include "base/check.hpp"
#include "base/read_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea {

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path, std::size_t limit) {
  struct stat status = {};
  const bool regular = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  std::shared_ptr<MappedFile> file(new MappedFile);
  if (regular) {
    file->descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    FOVEA_CHECK(file->descriptor_ >= 0 && ::fstat(file->descriptor_, &status) == 0, "cannot be opened: {}",
                std::strerror(errno));
    FOVEA_CHECK(static_cast<std::size_t>(status.st_size) <= limit, "has {} bytes, more than the {} allowed",
                status.st_size, limit);
    file->size_ = status.st_size;
    file->seconds_ = status.st_mtim.tv_sec;
    file->nanoseconds_ = status.st_mtim.tv_nsec;
  }
  const auto size = static_cast<std::size_t>(file->size_);
  if (size > 0) {
    void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->descriptor_, 0);
    if (mapping != MAP_FAILED) {
      file->mapping_ = mapping;
      file->bytes_ = {static_cast<const char*>(mapping), size};
      return file;
    }
  }
  file->read_ = read_file(path, limit);
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

}  // namespace fovea
