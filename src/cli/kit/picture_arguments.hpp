#pragma once

#include "cli/kit/command.hpp"

#include <string>
#include <vector>

namespace fovea::cli {

/// The pictures of a command, as arguments. One of them may be the model: an ONNX file among the pictures is
/// what -m names.
struct PictureArguments {
  std::vector<std::string> paths;  ///< pictures and folders, as given
  bool recursive = false;          ///< folders with all their subfolders

  /// Adds the arguments and --recursive. `help`: what the arguments are.
  Option add_to(Command verb, const std::string& help = "pictures, or folders of pictures");
  /// The arguments without the model, a file with the ending .onnx, which goes to `model`. UsageError if that
  /// names a model already, or if only a model is given.
  std::vector<std::string> without_model(std::string& model) const;
  /// The pictures: `without_model`, with folders expanded.
  std::vector<std::string> expand(std::string& model) const;
};

}  // namespace fovea::cli
