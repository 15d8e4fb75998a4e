#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fovea {

/// A file that is written whole or not at all: to a temporary file in the same folder that takes the name
/// when everything is on it. The mode of a file already there is kept, a symbolic link is followed, a device
/// or pipe is written directly. Without `commit` what was there before is untouched and nothing new is left
/// behind.
class AtomicFile {
public:
  /// OutputError naming the file when it cannot be made.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// OutputError naming the file, as `commit`.
  void write(std::string_view bytes);
  /// Gives the file its name. Nothing can be written any more.
  void commit();

private:
  std::string path_;       ///< as it was given
  std::string target_;     ///< the file that is replaced
  std::string temporary_;  ///< empty: written directly, or done
  std::optional<unsigned> mode_;
  int descriptor_ = -1;
};

/// Writes `bytes` as the file `path`, whole or not at all, as AtomicFile does.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace fovea
