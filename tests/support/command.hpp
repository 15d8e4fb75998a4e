#pragma once

#include <csignal>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace fovea::test {

/// The exit status of a program, and its output.
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
  std::string stderr_path = {};  ///< where its standard error goes instead of Outcome::err
  std::string input = {};        ///< what it reads from standard input, a socket that then ends
  std::string stdin_path = {};   ///< the file that is its standard input instead
  int terminal_columns = 0;      ///< its standard error is a terminal of that width; 0: a file
  std::vector<int> closed = {};  ///< descriptors, among 0 to 2, that it finds closed
  long file_size_limit = 0;      ///< bytes that any file it writes may have; 0: no limit
  long memory_limit = 0;         ///< bytes of address space; 0: no limit
  long descriptor_limit = 0;     ///< descriptors that may be open; 0: no limit
  /// Asked every few milliseconds with what stands on stderr so far; true: send the signal, once.
  std::function<bool(const std::string& err)> interrupt_when;
  int interrupt_signal = SIGINT;
};

/// Runs a program without a shell and waits for its end; it is killed after two minutes.
Outcome run_command(const std::string& program, const std::vector<std::string>& arguments,
                    const CommandOptions& options = {});

}  // namespace fovea::test
