#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"
#include "passes/pipeline.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// The forward part of a program: the canonical graph, and the meaning of its scores.
struct ForwardGraph {
  ir::Graph graph;
  ScoreHead head;
  /// Whether the second output holds further scores (Program::further_scores).
  bool has_further_scores = false;
  std::optional<RegionScores> region_scores = {};  ///< Program::region_scores
  /// The layout of each output; none for scores whose shape differs from the file's.
  std::vector<std::optional<LayerLayout>> layouts = {};
  /// The layout of the value of ProgramOptions::begin_at, which is the first input then.
  std::optional<LayerLayout> input_layout = {};
  /// The attention layers, whose probabilities are the last outputs; none unless they are wanted.
  Attention attention = {};
};

/// Makes the forward graph of a model: import, scores before the final activation, canonical passes, then
/// ProgramOptions::final_relu, Head::Classes and ProgramOptions::begin_at.
ForwardGraph forward_graph(const Model& model, const ProgramOptions& options, passes::Notes& notes);

}  // namespace fovea
