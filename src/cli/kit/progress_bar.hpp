#pragma once

#include "fovea/batch.hpp"
#include "report/progress_line.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fovea::cli {

/// A line of progress on stderr, as wide as the terminal, displayed if `has_progress` and if the work takes
/// longer than a second.
class ProgressBar {
public:
  /// `unit` is that of the items, as ProgressState has it.
  explicit ProgressBar(std::int64_t total, const std::string& unit = {});
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void update(std::int64_t done, const std::string& text);
  /// Removes the bar from the screen so that a message can be printed.
  void clear();

private:
  ProgressState state_;
  bool is_shown_;
  bool has_begun_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
};

/// Displays the progress of a run of the library as a bar, a new one whenever the amount of work changes, and
/// its failures as messages, both on stderr. Must outlive the functions that it returns.
class ProgressDisplay {
public:
  std::function<void(std::int64_t done, std::int64_t total, const std::string& what)> progress();
  std::function<void(const std::string& message)> failed();

private:
  std::optional<ProgressBar> bar_;
  std::int64_t total_ = 0;
};

/// Processes all files like `for_each_file`, with a progress bar and a message on stderr for each file that
/// failed. Returns the exit code: 0, or 1 if any failed.
int run_files(const std::vector<std::string>& paths, std::size_t workers,
              const std::function<FileWorker()>& make_worker);

}  // namespace fovea::cli
