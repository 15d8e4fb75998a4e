#pragma once

#include "autodiff/backward.hpp"
#include "fovea/program.hpp"
#include "ir/graph.hpp"

#include <functional>
#include <optional>

namespace fovea {

/// The values with respect to which a backward pass differentiates: one, or the probabilities of all
/// attention layers; and the output that holds the one, none for the picture.
struct WrtValues {
  std::vector<TensorInfo> infos;
  std::optional<std::size_t> output;
};

/// A model's graph, as programs and exported networks share it, with the description of its inputs and
/// outputs.
struct BuiltGraph {
  ir::Graph graph;  ///< outputs: `outputs`, then the gradients, unless `Surround` made others
  std::vector<TensorInfo> inputs, outputs;
  ScoreHead head;
  bool has_further_scores = false;                 ///< Program::further_scores
  std::optional<RegionScores> region_scores = {};  ///< Program::region_scores
  std::vector<WrtValues> wrt = {};                 ///< one for each backward pass
  /// Program::bias_terms, outputs behind the first pass's gradients.
  std::vector<TensorInfo> bias_terms = {};
  Attention attention = {};  ///< Program::attention
};

/// A function that completes a differentiated graph before the final passes, such as with the seed and the
/// map of an exported explanation. It is for a single backward pass.
using Surround = std::function<ir::Graph(const autodiff::Differentiated&)>;

/// Makes the graph of a model that is then lowered or written to a file: import, scores and canonical passes
/// (forward_graph.hpp), differentiation for each backward pass of the options, `surround`, final passes.
/// Direction::Forward omits differentiation. Notes for users are added to `report`. InputError and ModelError
/// as for Program::compile.
BuiltGraph build_graph(const Model& model, const ProgramOptions& options, ProgramReport& report,
                       const Surround& surround = {});

}  // namespace fovea
