#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fovea {

/// The bytes of a file, mapped into memory and read-only: pages come from the system's cache when they are
/// first touched and are nobody's copy. What cannot be mapped (a pipe) is read.
///
/// A mapping shows what the file holds now. Replacing the file by another (as `rename` does) or deleting it
/// leaves the mapping as it is; writing into the file changes it; and a file that is cut short takes its
/// pages away, so that touching them raises SIGBUS. So nothing that lives long may point into a mapping, and
/// who reads from it asks `check_unchanged` before.
class MappedFile {
public:
  /// InputError without a place when the file cannot be opened or read, or has more than `limit` bytes.
  static std::shared_ptr<const MappedFile> open(const std::string& path, std::size_t limit);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }
  /// InputError when the file was written to or cut short since it was opened.
  void check_unchanged() const;
  /// Gives the pages back to the system; they return from the file when they are touched again.
  void release_pages() const;
  /// The same of the pages that lie in this part of the mapping whole; nothing for any other address.
  void release_pages(const void* address, std::size_t bytes) const;

private:
  MappedFile() = default;

  int descriptor_ = -1;
  void* mapping_ = nullptr;
  std::string read_;  ///< the bytes where there is no mapping
  std::string_view bytes_;
  std::int64_t size_ = 0, seconds_ = 0, nanoseconds_ = 0;  ///< of the file, when it was opened
};

}  // namespace fovea
