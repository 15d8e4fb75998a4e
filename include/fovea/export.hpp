#pragma once

#include "fovea/model.hpp"
#include "fovea/program.hpp"

#include <cstdint>
#include <string>

namespace fovea {

/// Options of an exported ONNX file: one graph of standard operators at fixed shapes, in float32.
struct ExportOptions {
  std::int64_t opset = 17;  ///< 13 to 17
  std::int64_t batch = 1;
  /// Size of the picture if the model leaves it open; 0: not given.
  std::int64_t height = 0, width = 0;
  /// The output, or other value, that holds the scores; empty: the first output.
  std::string scores = {};
  /// See ProgramOptions::targets; for explanations alone.
  std::vector<Target> targets = {};
};

/// The model's forward graph as fovea computes it, as the bytes of an ONNX file: shapes are fixed, constants
/// and BatchNormalization folded, unused branches dropped. Inputs, outputs and the picture's metadata
/// (labels, preprocessing) are those of the file, except for outputs that cannot be computed
/// (Model::computable_outputs). ModelError naming what cannot be imported or written.
std::string export_canonical(const Model& model, const ExportOptions& options = {});

struct ExplanationOptions : ExportOptions {
  Rule rule = Rule::Gradient;
  InputRange input_range = {};  ///< for Rule::LrpEpsilonGammaBox: see ProgramOptions::input_range
  bool times_input = false;     ///< the result is multiplied by the input (gradient x input)
  enum class Map {
    Gradient,  ///< output `gradient`, in the input's shape
    Saliency,  ///< output `saliency`, [N,H,W]: the largest |gradient| over channels, or the sum of relevance
  } map = Map::Saliency;
  enum class Class {
    Top,    ///< each picture's highest score, found inside the graph
    Input,  ///< an input `class`, int64 [N]; one outside 0..classes-1 gives zeros
  } explained = Class::Top;
};

/// A graph that computes, for a picture, its scores (ProgramOptions::Head::Classes: before a final
/// activation; two scores for a network with one) and the map that explains one of them, as the bytes of an
/// ONNX file for any ONNX runtime. Inputs are the model's, in its layout; outputs are `scores` and `gradient`
/// or `saliency`. Metadata are as for `export_canonical`, with the rule under `fovea.rule`. ModelError naming
/// what cannot be imported, differentiated or written.
std::string export_explanation(const Model& model, const ExplanationOptions& options = {});

}  // namespace fovea
