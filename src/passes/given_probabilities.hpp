#pragma once

#include "fovea/classes.hpp"
#include "passes/pipeline.hpp"

#include <optional>

namespace fovea::passes {

/// A graph whose first output is computed from probabilities in a way that `take_scores` cannot follow.
struct GivenProbabilities {
  ir::Graph graph;
  /// Given if the output lies within 0..1, else None.
  Activation activation = Activation::Given;
};

/// Whether the first output consists of numbers that are computed from the results of activations (Softmax,
/// Sigmoid, HardSigmoid, bounds of exactly 0 and 1) and of constants only: means of several networks, sums
/// and products of probabilities, thresholds, repeated classes. Such numbers are no logits: they are
/// explained, and shown, as they are. A final bound of 0 and 1, or the one of a HardSigmoid, is left out of
/// the graph, since ScoreHead applies it and a gradient would be 0 beyond it. Values that are also computed
/// from others (gates, attention), and products with weights other than a Softmax's, are not followed. A note
/// tells what was found. Nothing for other graphs.
std::optional<GivenProbabilities> find_given_probabilities(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
