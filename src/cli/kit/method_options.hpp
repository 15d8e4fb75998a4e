#pragma once

#include "cli/kit/command.hpp"
#include "fovea/methods.hpp"

namespace fovea::cli {

/// The options of methods: which of them matter is the method's to say (docs/methods.md).
struct MethodArguments {
  MethodOptions options;
  std::string merge = "max";
  std::string baseline = "mean";

  void add_to(Command verb);
  MethodOptions chosen() const;
};

}  // namespace fovea::cli
