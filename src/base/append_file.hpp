#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace fovea {

/// A file that grows by whole lines and survives the end of its process at any moment: text is in the file
/// once `append` has returned, and only the last line can be incomplete. The file is locked, so that one
/// process at a time writes it.
class AppendFile {
public:
  /// Opens the file or makes it. OutputError naming it when that fails or another process has it open.
  explicit AppendFile(const std::string& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Truncates the file to its first `bytes`, after which appending continues.
  void cut(std::size_t bytes);
  /// Appends the text; it is on the disk at the latest after another second and another append.
  void append(std::string_view text);
  /// Waits until everything is on the disk.
  void sync();

private:
  std::string path_;
  int descriptor_ = -1;
  std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

}  // namespace fovea
