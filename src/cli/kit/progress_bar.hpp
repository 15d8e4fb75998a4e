#pragma once

#include "fovea/batch.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fovea::cli {

/// A bar on stderr, when that is a terminal and the work takes longer than a second.
class ProgressBar {
public:
  explicit ProgressBar(std::int64_t total);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void update(std::int64_t done, const std::string& text);
  /// Takes the bar off the screen so that a message can be printed.
  void clear();

private:
  std::int64_t total_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

/// Works on all files as `for_each_file` does, with a progress bar and one message on stderr for each file
/// that failed. Returns the exit code: 0, or 1 when any failed.
int run_files(const std::vector<std::string>& paths, std::size_t workers,
              const std::function<FileWorker()>& make_worker);

}  // namespace fovea::cli
