#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace fovea {

/// A file that grows by whole lines and survives the end of its process at any moment: what `append` has
/// returned from is in the file, and only the last line can be torn. One process at a time: the file is
/// locked.
class AppendFile {
public:
  /// Opens the file or makes it. OutputError naming it when that fails or another process has it open.
  explicit AppendFile(const std::string& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Keeps the first `bytes` and goes on behind them.
  void cut(std::size_t bytes);
  /// Writes the text behind what is there; it is on the disk at the latest a second and an append later.
  void append(std::string_view text);
  /// Waits until everything is on the disk.
  void sync();

private:
  std::string path_;
  int descriptor_ = -1;
  std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

}  // namespace fovea
