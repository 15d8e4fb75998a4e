#pragma once

#include "fovea/explain.hpp"
#include "studio/studio.hpp"

#include <string>
#include <vector>

/// A view of the studio as a command line, a C++ program and a Python program that give the same result.
namespace fovea::studio {

struct Commands {
  std::string command, cpp, python;
};

/// Reads "view" ("look", "cut", "inside" or "class-model") and the fields that the view's own requests have.
/// Files that the user sent from elsewhere are named as they were there; others by their paths. Where the
/// command line or Python cannot do what the view shows, a comment says so. InputError for fields that are
/// not right.
Commands read_commands(Studio& studio, JsonFields& fields);

// The views, one file each.
Commands look_commands(Studio& studio, JsonFields& fields);
Commands cut_commands(Studio& studio, JsonFields& fields);
Commands inside_commands(Studio& studio, JsonFields& fields);
Commands class_model_commands(Studio& studio, JsonFields& fields);

/// How a text names a model and a photo.
struct Named {
  std::string shell_model;   ///< " -m net.onnx --preprocess caffe", or nothing for the bundled network
  std::string model;         ///< the file
  std::string python_model;  ///< "fovea.Model(...)"
  std::string cpp_options;   ///< lines that set preprocessing and outputs of `options`
};
Named named(const StudioModel& model);
/// A photo's file, and its name without the ending, for the names of results.
std::string file_of(const StudioPhoto& photo);
std::string stem_of(const StudioPhoto& photo);

/// An option of a method that differs from its default, with its value for the shell, in C++ and in Python.
struct CodeOption {
  std::string name, shell, cpp, python;
};
std::vector<CodeOption> changed_options(const MethodOptions& options);

/// A whole C++ program whose main consists of these lines.
std::string cpp_program(const std::string& lines);

}  // namespace fovea::studio
