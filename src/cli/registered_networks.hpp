#pragma once

#include "cli/preprocessing_options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::cli {

/// Letters, digits, '.', '_' and '-', beginning with a letter or digit: a name that can be a file's.
bool is_model_name(const std::string& text);

/// A network of the user's own that has been given a name. What is known of it stands in a small JSON file in
/// the user's data folder (its sidecar); the model's file stays where it is.
struct RegisteredNetwork {
  std::string name;
  std::string path;    ///< of the ONNX file, absolute
  std::string labels;  ///< file of class names, absolute, or empty
  PreprocessingOptions preprocessing;

  /// The sidecar of a network of that name, there or not.
  static std::string sidecar(const std::string& name);
  /// Nothing where no network has this name; InputError naming file and field where its sidecar is wrong.
  static std::optional<RegisteredNetwork> find(const std::string& name);
  /// Writes the sidecar; OutputError when that fails.
  void write() const;
};

/// The names of all registered networks, sorted.
std::vector<std::string> registered_names();

}  // namespace fovea::cli
