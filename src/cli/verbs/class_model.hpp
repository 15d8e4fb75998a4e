#pragma once

#include "cli/kit/model_options.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/features.hpp"
#include "fovea/networks.hpp"
#include "report/class_model_gallery.hpp"
#include "report/result_text.hpp"

#include <optional>
#include <string>
#include <vector>

/// Common declarations of `fovea class-model`: class_model_options.cpp parses, class_model_targets.cpp names
/// what is excited, class_model.cpp runs gradient ascent and writes.
namespace fovea::cli {

struct ClassModelArguments {
  ModelOptions model;
  std::vector<std::string> classes;
  std::string layer;
  std::vector<std::int64_t> channels;
  std::vector<std::string> units;
  ClassModelOptions method;
  std::optional<double> l2, blur, coarse;
  bool paper = false;
  bool fourier = false;
  DiversityOptions diversity = {.pictures = 1};
  std::optional<double> diversity_strength;
  std::string diversity_layer;
  std::string start = "zero";
  std::string display = "auto";
  int every = 0;
  bool sheet = false;
  ResultFormat format;
  std::string output;
  std::optional<double> dpi;

  void add_to(Command verb);
  /// UsageError for inconsistent options.
  void check() const;
  /// Completes options that depend on other options or on the model.
  void complete(const Network& loaded);
  bool one_file() const { return is_graphic_path(output); }
  bool makes_sheet() const { return sheet || diversity.pictures > 1; }
  ClassModelDisplay shown() const;
  /// The targets, in the order of the command line.
  std::vector<ClassModelTarget> targets(const Labels& labels, const Program& program) const;
};

}  // namespace fovea::cli
