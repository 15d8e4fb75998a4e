#pragma once

#include "batch/picture_inputs.hpp"
#include "cli/kit/command.hpp"

#include <functional>
#include <string>
#include <vector>

namespace fovea::cli {

/// The pictures of a command, as arguments. One of them may be the model: an ONNX file among the pictures is
/// what -m names.
struct PictureArguments {
  std::vector<std::string> paths;  ///< pictures and folders, as given
  std::string list;                ///< a file that names further ones; empty: none
  bool recursive = false;          ///< folders with all their subfolders
  bool are_needed = false;         ///< one picture at least, or a list
  bool takes_archives = false;

  /// Adds the arguments and --recursive. `help`: what the arguments are.
  Option add_to(Command verb, const std::string& help = "pictures, or folders of pictures");
  /// Adds the arguments, which may also be archives, --recursive and --files; one of them is needed.
  void add_with_list_to(Command verb);
  /// The arguments without the model, a file with the ending .onnx, which goes to `model`. UsageError if that
  /// names a model already, if only a model is given, or if pictures are needed and there are none.
  std::vector<std::string> without_model(std::string& model) const;
  /// The pictures: `without_model`, then those of the list, with folders expanded.
  /// Pictures in the folder `output`, or below it, are left out where it lies within such a folder, and a
  /// note tells of it: they are results.
  std::vector<std::string> expand(std::string& model, const std::string& output = {}) const;
  /// The same for a command that takes archives, among them one from standard input.
  PictureInputs inputs(std::string& model, const std::string& output) const;

private:
  /// Calls the function for each path of `expand`.
  void for_each(std::string& model, const std::string& output,
                const std::function<void(const std::string& path)>& take) const;
};

/// Takes the results of earlier runs out of the pictures found in a folder, and says so in a note.
void leave_out_results(std::vector<std::string>& pictures, const std::string& folder,
                       const std::string& output);
/// The pictures of a folder with all its subfolders, less those below `output`, or those of an archive or a
/// range of archives.
PictureInputs dataset_inputs(const std::string& dataset, const std::string& output);

}  // namespace fovea::cli
