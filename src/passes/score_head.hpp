#pragma once

#include "fovea/classes.hpp"
#include "passes/pipeline.hpp"

#include <optional>

namespace fovea::passes {

/// A graph whose first output holds the scores before the final activation.
struct ScoredGraph {
  ir::Graph graph;
  /// The network's activation and groups; none if no activation was recognised, and the graph is unchanged
  /// then.
  std::optional<ScoreHead> head = {};
  /// Whether a second output [batch, G] was added: for each group of a softmax, classes of which are missing
  /// in the first output, a score that is the logarithm of the sum of their exponentials. With these the
  /// probabilities are those of the whole softmax.
  bool has_further_scores = false;
};

/// Walks back from the first output to the activation that turns scores into probabilities, and applies the
/// operators in between to the scores: selections and changes of layout (Reshape, Transpose, Slice, Split,
/// Gather, Concat, Expand) are applied, operators that preserve the order of probabilities (scaling,
/// rounding, a bound near 0 or 1, a logarithm) are omitted, and 1 - p of a sigmoid becomes the negative
/// score. Element k of the scores thus belongs to element k of the output. Other readers of the values and
/// other outputs are unaffected. Notes say what was found. `batch` is the number of pictures in the output.
ScoredGraph take_scores(const ir::Graph& graph, std::int64_t batch, Notes& notes);

/// Whether an output of that shape is one row of numbers for each picture: [batch, K], possibly with further
/// extents of 1, or [K] for a batch of one.
bool has_class_rows(const Shape& shape, std::int64_t batch);

/// The conversion of a single score s for each picture into classes.
enum class ClassRows {
  AsTheyAre,           ///< no conversion; also for several scores
  ScoreAndNegative,    ///< two classes: -s, then s
  ProbabilityAndRest,  ///< two classes: 1 - s, then s
};

/// Brings the first output into rows, [batch, K], or [batch, 2] of a single score. Other outputs stay.
ir::Graph make_class_rows(const ir::Graph& graph, std::int64_t batch, ClassRows rows);

}  // namespace fovea::passes
