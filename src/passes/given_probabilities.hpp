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

/// Recognises a first output that is computed only from results of activations (Softmax, Sigmoid,
/// HardSigmoid, bounds of exactly 0 and 1) and constants: means of several networks, sums and products of
/// probabilities, thresholds, repeated classes, values divided by their sum. Such numbers are not logits;
/// they are explained and displayed as they are. A final bound of 0 and 1, or that of a HardSigmoid, is
/// removed from the graph, because ScoreHead applies it and the gradient would be 0 beyond it. Values that
/// also depend on other values (gates, attention), and products with weights other than a Softmax's, are not
/// recognised. A note says what was found. None for other graphs.
std::optional<GivenProbabilities> find_given_probabilities(const ir::Graph& graph, Notes& notes);

}  // namespace fovea::passes
