#include "ops/concat.hpp"
#include "ops/functions.hpp"
#include "ops/reshape.hpp"
#include "ops/sub.hpp"
#include "passes/rewriter.hpp"
#include "passes/score_head.hpp"

#include <algorithm>

namespace fovea::passes {

bool has_class_rows(const Shape& shape, std::int64_t batch) {
  const std::int64_t elements = shape.elements();
  if (elements == 0 || elements % batch != 0)
    return false;
  const bool has_batch = shape.rank() > 0 && shape[0] == batch;
  if (!has_batch && batch > 1)
    return false;
  std::int64_t longest = 1;
  for (std::int64_t axis = has_batch ? 1 : 0; axis < shape.rank(); ++axis)
    longest = std::max(longest, shape[axis]);
  return longest == elements / batch;
}

ir::Graph make_class_rows(const ir::Graph& graph, std::int64_t batch, ClassRows rows) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes())
    rewriter.copy(node);
  ir::Graph& to = rewriter.to();
  ir::ValueId scores = rewriter.map(graph.outputs().front());
  const Shape& shape = graph.shape(graph.outputs().front());
  const bool two_classes = rows != ClassRows::AsTheyAre;
  const bool is_without_batch = shape.rank() < 2 || shape[0] != batch;
  if (two_classes || is_without_batch)
    scores = to.add(ops::reshape(), ops::ReshapeAttributes{{batch, shape.elements() / batch}}, {scores},
                    "score_rows");
  if (two_classes) {
    ir::ValueId negative = ir::kNoValue;
    if (rows == ClassRows::ScoreAndNegative) {
      negative = to.add(ops::neg(), {}, {scores}, "negative_scores");
    } else {
      const Tensor one = Tensor::scalar(1.0).cast(to.type(scores).dtype);
      negative = to.add(ops::sub(), {}, {to.add_constant("one", one), scores}, "negative_scores");
    }
    scores = to.add(ops::concat(), ops::ConcatAttributes{1}, {negative, scores}, "two_classes");
  }
  to.add_output(scores, graph.output_names().front());
  for (std::size_t i = 1; i < graph.outputs().size(); ++i)
    to.add_output(rewriter.map(graph.outputs()[i]), graph.output_names()[i]);
  return std::move(to);
}

}  // namespace fovea::passes
