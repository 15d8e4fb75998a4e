#pragma once

#include "fovea/model.hpp"
#include "fovea/networks.hpp"
#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What a model's file holds, and whether and how fovea runs it.
namespace fovea {

struct ModelInfo {
  Model model;
  Labels labels;
  std::optional<ChosenPreprocessing>
      preprocessing;                             ///< where the file, or the name it was called by, says so
  std::shared_ptr<const Program> program;        ///< forward and backward; none: `why_not`
  std::string why_not;                           ///< why the model cannot be run
  std::vector<Note> notes;                       ///< of the program
  std::optional<std::vector<LayerInfo>> layers;  ///< where they were asked for; empty without a program
};

struct ModelInfoOptions {
  LoadOptions load = {};
  std::string scores = {};  ///< the output or value with the class scores; empty: the first output
  bool layers = false;
  /// The size of the model's pictures; what it throws makes a model that cannot be run.
  std::function<PictureSize(const Model&)> size;
};

/// A model whose output is not class scores is run all the same, with the reason among the notes. Errors as
/// Model::load and Labels::read have them.
ModelInfo inspect_model(const FoundNetwork& found, const ModelInfoOptions& options);

nlohmann::ordered_json model_info_json(const ModelInfo& info);
/// Lines for people. Names from files are made safe for a terminal.
std::string model_info_text(const ModelInfo& info);

}  // namespace fovea
