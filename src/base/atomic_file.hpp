#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fovea {

/// A file that is written completely or not at all: to a temporary file in the same folder, which takes the
/// final name when it is complete. The mode of an existing file is kept, a symbolic link is followed, and a
/// device, pipe or descriptor (/dev/stdout, /dev/fd/3) is written directly. Without `commit` the previous
/// file is untouched and no new file remains, whatever ends the process: until then the file has no name, or,
/// on file systems without unnamed files, a name that `remove_unfinished` and `remove_leftovers` know.
class AtomicFile {
public:
  enum class Temporary {
    Unnamed,  ///< where the file system has unnamed files
    Named,    ///< always as on a file system that has none
  };

  /// OutputError naming the file when it cannot be made.
  explicit AtomicFile(const std::string& path, Temporary temporary = Temporary::Unnamed);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// OutputError naming the file, as `commit`.
  void write(std::string_view bytes);
  /// Gives the file its name, after which nothing can be written.
  void commit();

private:
  void give_name(int descriptor);

  std::string path_;       ///< as given
  std::string target_;     ///< the file that is replaced; empty: written directly
  std::string temporary_;  ///< its name until it is complete; empty: it has none
  std::optional<unsigned> mode_;
  int descriptor_ = -1;
};

/// Writes `bytes` as the file `path`, whole or not at all, as AtomicFile does.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace fovea
