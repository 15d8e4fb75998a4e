#pragma once

#include "autodiff/backward.hpp"
#include "fovea/program.hpp"
#include "ir/graph.hpp"

#include <functional>
#include <optional>

namespace fovea {

/// What a backward pass is with respect to, and the output that holds it; none for the picture.
struct WrtValue {
  TensorInfo info;
  std::optional<std::size_t> output;
};

/// A model's graph as programs and exported networks have it in common, and what it computes.
struct BuiltGraph {
  ir::Graph graph;  ///< outputs: `outputs`, then the gradients, unless `Surround` made others
  std::vector<TensorInfo> inputs, outputs;
  ScoreHead head;
  bool has_further_scores = false;  ///< Program::further_scores
  std::vector<WrtValue> wrt;        ///< one for each backward pass
};

/// What is put around a differentiated graph before the final passes, such as the seed and the map of an
/// exported explanation. It is for a single backward pass.
using Surround = std::function<ir::Graph(const autodiff::Differentiated&)>;

/// The one way from a model to a graph that is lowered or written to a file: import, scores and canonical
/// passes (forward_graph.hpp), differentiation for each backward pass of the options, `surround`, final
/// passes. With Direction::Forward it ends before differentiation. What users should know is added to
/// `report`. InputError and ModelError as Program::compile has them.
BuiltGraph build_graph(const Model& model, const ProgramOptions& options, ProgramReport& report,
                       const Surround& surround = {});

}  // namespace fovea
