#pragma once

#include "cli/kit/model_options.hpp"
#include "fovea/explain.hpp"

namespace fovea::cli {

/// The options of methods; docs/methods.md says which method uses which.
struct MethodArguments {
  MethodOptions options;
  std::string merge = "max";
  std::string heads = "mean";
  std::string baseline = "mean";

  void add_to(Command verb);
  MethodOptions chosen() const;
  /// Prints a note on each option of the command line that none of the methods uses.
  void note_unused(const std::vector<std::string>& methods) const;

private:
  std::optional<Command> verb_;
};

/// The options of an explainer for the network, its labels and preprocessing, the methods and their options,
/// with that number of threads. The first of `methods` is the explainer's first; none: scores only.
ExplainOptions explain_options(const Network& loaded, const ModelOptions& model,
                               const std::vector<std::string>& methods, const MethodOptions& options,
                               Crops crops, int threads);
/// Adds --class, "auto" or a text for `Labels::find`.
Option add_class_to(Command verb, std::string& target);
/// Adds --crops, a name for `parse_crops`. `help_end` is appended to its help.
Option add_crops_to(Command verb, std::string& crops,
                    const std::vector<std::string>& names = {"whole", "1", "2", "10"},
                    const std::string& help_end = {});

}  // namespace fovea::cli
