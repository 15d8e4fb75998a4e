#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"
#include "passes/pipeline.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// What a program computes forward: the canonical graph, and what its scores mean.
struct ForwardGraph {
  ir::Graph graph;
  ScoreHead head;
  /// Whether the second output holds further scores (Program::further_scores).
  bool has_further_scores = false;
  /// What the axes of each output count; none for scores whose shape is not the file's.
  std::vector<std::optional<LayerLayout>> layouts = {};
};

/// The forward graph of a model: imported, the scores taken from before the final activation, the canonical
/// passes, then what ProgramOptions::final_relu and Head::Classes ask for.
ForwardGraph forward_graph(const Model& model, const ProgramOptions& options, passes::Notes& notes);

}  // namespace fovea
