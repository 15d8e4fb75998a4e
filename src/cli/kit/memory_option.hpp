#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/model.hpp"

#include <string>

namespace fovea::cli {

/// --max-memory, of every verb that compiles a model.
struct MemoryOption {
  std::string amount;  ///< empty: the library's default

  void add_to(Command verb);
  /// UsageError for a text that is no amount.
  LoadOptions load_options() const;
};

}  // namespace fovea::cli
