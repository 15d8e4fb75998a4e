#pragma once

#include "fovea/classes.hpp"
#include "passes/pipeline.hpp"

#include <optional>

namespace fovea::passes {

/// A graph whose first output holds the scores before the activation that it ended in.
struct ScoredGraph {
  ir::Graph graph;
  /// Activation and groups as the network has them; nothing where no activation was recognised: the graph is
  /// the given one then.
  std::optional<ScoreHead> head = {};
  /// Whether a second output was added, [batch, G]: one score for each group of a softmax of which the first
  /// output leaves classes out, the logarithm of the sum of their exponentials. With them the probabilities
  /// are those of the whole softmax.
  bool has_further_scores = false;
};

/// Walks back from the first output of a graph to the activation that makes probabilities of scores, and
/// applies what lies between to the scores instead: selections and changes of layout (Reshape, Transpose,
/// Slice, Split, Gather, Concat, Expand) are done to them, what keeps the order of probabilities (scaling,
/// rounding, a bound near 0 or 1, a logarithm) is left out, 1 - p of a sigmoid becomes the negative score.
/// So element k of the scores belongs to element k of the output. Other readers of any value do not matter,
/// nor do other outputs, which stay. Notes tell what was found. `batch`: how many pictures the output is of.
ScoredGraph take_scores(const ir::Graph& graph, std::int64_t batch, Notes& notes);

/// Whether an output of that shape is one row of numbers for each picture, [batch, K] or with further extents
/// of 1; without its batch, [K], for a batch of one.
bool has_class_rows(const Shape& shape, std::int64_t batch);

/// What becomes of a single score s for each picture.
enum class ClassRows {
  AsTheyAre,           ///< nothing; of several scores, too
  ScoreAndNegative,    ///< two classes: -s, then s
  ProbabilityAndRest,  ///< two classes: 1 - s, then s
};

/// Brings the first output into rows, [batch, K], or [batch, 2] of a single score. Other outputs stay.
ir::Graph make_class_rows(const ir::Graph& graph, std::int64_t batch, ClassRows rows);

}  // namespace fovea::passes
