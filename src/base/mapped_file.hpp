#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fovea {

/// The bytes of a file, mapped into memory read-only: pages come from the system's cache when they are first
/// accessed and are not copied. A file that cannot be mapped (a pipe) is read.
///
/// A mapping shows the file's current content. Replacing the file by another (as `rename` does) or deleting
/// it does not affect the mapping; writing into the file changes it; truncating the file removes pages, and
/// accessing them raises SIGBUS. Therefore nothing long-lived may point into a mapping, and readers call
/// `check_unchanged` first.
class MappedFile {
public:
  /// Maps a file. InputError, without its path, if the file cannot be opened or read, or has more than
  /// `limit` bytes.
  static std::shared_ptr<const MappedFile> open(const std::string& path, std::size_t limit);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }
  /// InputError if the file was modified or truncated since it was opened.
  void check_unchanged() const;
  /// Returns the pages to the system; they are read from the file again when accessed.
  void release_pages() const;
  /// Returns the pages that lie entirely in this part of the mapping; does nothing for any other address.
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
