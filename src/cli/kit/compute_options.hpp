#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/memory_option.hpp"
#include "fovea/program.hpp"

#include <string>
#include <vector>

namespace fovea::cli {

/// Compute options, of every command that runs a network.
struct ComputeOptions {
  std::string precision = "f32";
  MemoryOption memory;
  int threads = 0;  ///< all threads together; 0: one for each processor
  bool verbose = false;

  /// Adds --precision with these choices.
  void add_precision_to(Command verb, const std::vector<std::string>& names);
  /// Adds --threads, --max-memory and --verbose.
  void add_resources_to(Command verb);
  /// Program options with precision and threads.
  ProgramOptions compute_options() const;
};

}  // namespace fovea::cli
