#pragma once

#include "fovea/model.hpp"
#include "fovea/program.hpp"

#include <cstdint>
#include <string>

namespace fovea {

/// What a written ONNX file is like: one graph of standard operators at fixed shapes, in float32.
struct ExportOptions {
  std::int64_t opset = 17;  ///< 13 to 17
  std::int64_t batch = 1;
  /// Of the picture, where the model leaves them open; 0: not given.
  std::int64_t height = 0, width = 0;
  /// The output, or other value, that holds the scores; empty: the first output.
  std::string scores = {};
};

/// The model's forward graph as fovea computes it, as the bytes of an ONNX file: shapes worked out, constants
/// folded, BatchNormalization folded into convolutions, branches without use dropped. Inputs and outputs are
/// those of the file (outputs that cannot be computed are left out: Model::computable_outputs), the picture's
/// metadata (labels, preprocessing) too. ModelError naming what cannot be imported or written.
std::string export_canonical(const Model& model, const ExportOptions& options = {});

struct ExplanationOptions : ExportOptions {
  Rule rule = Rule::Gradient;
  bool times_input = false;  ///< the result is multiplied by the input (gradient x input)
  enum class Map {
    Gradient,  ///< output `gradient`, in the input's shape
    Saliency,  ///< output `saliency`, [N,H,W]: over channels the largest |gradient|, or the sum of relevance
  } map = Map::Saliency;
  enum class Class {
    Top,    ///< each picture's highest score, found inside the graph
    Input,  ///< an input `class`, int64 [N]; one outside 0..classes-1 gives zeros
  } explained = Class::Top;
};

/// A graph that maps a picture to its scores (those of ProgramOptions::Head::Classes: before a final
/// activation, two of a network with one) and the map that explains one of them, as the bytes of an ONNX
/// file, for any ONNX runtime. Inputs: the model's, in its layout; outputs: `scores` and `gradient` or
/// `saliency`. Metadata as above, with the rule as `fovea.rule`. ModelError naming what cannot be imported,
/// differentiated or written.
std::string export_explanation(const Model& model, const ExplanationOptions& options = {});

}  // namespace fovea
