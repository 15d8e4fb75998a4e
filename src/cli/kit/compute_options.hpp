#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/memory_option.hpp"
#include "fovea/program.hpp"

#include <string>
#include <vector>

namespace fovea::cli {

/// How a network is computed: options of every verb that runs one.
struct ComputeOptions {
  std::string precision = "f32";
  MemoryOption memory;
  int threads = 0;  ///< in all; 0: one for each processor
  bool verbose = false;

  /// --precision, one of these names.
  void add_precision_to(Command verb, const std::vector<std::string>& names);
  /// --threads, --max-memory and --verbose.
  void add_resources_to(Command verb);
  /// Precision and threads.
  ProgramOptions compute_options() const;
};

}  // namespace fovea::cli
