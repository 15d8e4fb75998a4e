#pragma once

#include <csignal>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace fovea::test {

/// How a program ended, and what it wrote.
struct Outcome {
  int code = -1;   ///< exit code; -1 when a signal ended it
  int signal = 0;  ///< the signal that ended it, or 0
  std::string out, err;
};

struct CommandOptions {
  std::string folder;       ///< where it runs; empty: here
  std::string stdout_path;  ///< where its standard output goes instead of Outcome::out
  /// Variables that are set or changed; an empty value takes the variable away.
  std::vector<std::pair<std::string, std::string>> environment = {};
  long file_size_limit = 0;  ///< bytes that any file it writes may have; 0: no limit
  /// Asked every few milliseconds with what stands on stderr so far; true: send the signal, once.
  std::function<bool(const std::string& err)> interrupt_when;
  int interrupt_signal = SIGINT;
};

/// Runs a program without a shell and waits for its end; it is killed after two minutes.
Outcome run_command(const std::string& program, const std::vector<std::string>& arguments,
                    const CommandOptions& options = {});

}  // namespace fovea::test
