#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fovea {

/// The number of bytes by which an archive can be told from other files.
inline constexpr std::size_t kArchiveBeginning = 512;
/// Whether a file that begins with these bytes, of which `kArchiveBeginning` are enough, is a tar archive, by
/// the check sum of its first header, or compressed by gzip, bzip2, xz or zstd.
bool begins_as_archive(std::string_view bytes);

/// A tar archive, compressed or not (gzip, bzip2, xz, zstd), read from its beginning to its end without
/// unpacking anything. What is not read of an uncompressed archive is not read from the disk either. By
/// libarchive, which the first reader loads.
class ArchiveReader {
public:
  struct Member {
    std::string name;   ///< its path in the archive, in the bytes that the archive holds
    std::string other;  ///< what it is if no regular file: "is a link"; else empty
  };

  /// InputError naming the file if it cannot be read, is no tar archive or is empty, and where libarchive is
  /// not installed. /dev/stdin may be a pipe or a socket.
  explicit ArchiveReader(const std::string& path);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// The next member that is no folder; none at the end. InputError naming the archive if it is damaged,
  /// after which nothing can be read.
  std::optional<Member> next();
  /// The bytes of the member that `next` gave last; once. InputError naming archive and member if they are
  /// more than `limit` or cannot be read.
  std::string read(std::size_t limit);

private:
  struct Handle;
  std::string path_;
  std::string member_;
  std::unique_ptr<Handle> handle_;
};

/// InputError if libarchive is not installed.
void load_archive_library();

}  // namespace fovea
