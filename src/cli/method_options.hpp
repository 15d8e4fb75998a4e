#pragma once

#include "cli/common.hpp"
#include "fovea/methods.hpp"

namespace fovea::cli {

/// The options of methods: which of them matter is the method's to say (docs/methods.md).
struct MethodArguments {
  MethodOptions options;
  std::string merge = "max";
  std::string baseline = "mean";

  void add_to(Command verb);
  MethodOptions chosen() const;
  /// What results depend on, for files that are gone on with.
  nlohmann::ordered_json to_json() const;
};

/// The names of all methods.
std::vector<std::string> method_names();

}  // namespace fovea::cli
