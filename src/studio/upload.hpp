#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fovea::studio {

/// A file without a name for the bytes that a client sends. It can be read by its path as long as the object
/// lives, and disappears with it, or with the process. No file lies beside it.
class Upload {
public:
  /// Makes an empty file in a folder. OutputError naming the folder.
  explicit Upload(const std::string& folder);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  /// OutputError, e.g. where the file system is full.
  void write(std::string_view bytes);
  std::int64_t size() const { return size_; }
  /// A path by which this process can open the file.
  const std::string& path() const { return path_; }

private:
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  std::string path_;
};

}  // namespace fovea::studio
