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

/// Information about a model's file, and whether and how fovea runs it.
namespace fovea {

struct ModelInfo {
  Model model;
  Labels labels;
  ChosenPreprocessing preprocessing;       ///< of the options, the file or the name, or assumed
  std::shared_ptr<const Program> program;  ///< forward and backward; none: `why_not`
  std::string why_not;                     ///< the reason why the model cannot be run
  std::vector<Note> notes;                 ///< of the program
  std::string detector;                    ///< `detector_note` of a network that finds objects, or empty
  std::optional<std::vector<LayerInfo>> layers;  ///< if requested; empty without a program
};

struct ModelInfoOptions {
  LoadOptions load = {};
  std::string scores = {};  ///< the output or value with the class scores; empty: the first output
  bool layers = false;
  /// Chooses the size of the model's pictures; its exceptions make a model that cannot be run.
  std::function<PictureSize(const Model&)> size;
};

/// Inspects a model. One whose output is not class scores is run anyway, with the reason among the notes.
/// Errors as for Model::load and Labels::read.
ModelInfo inspect_model(const FoundNetwork& found, const ModelInfoOptions& options);

nlohmann::ordered_json model_info_json(const ModelInfo& info);
/// Lines for people, wrapped to a width unless it is 0. Names from files are made safe for a terminal.
std::string model_info_text(const ModelInfo& info, std::size_t width = 0);

}  // namespace fovea
