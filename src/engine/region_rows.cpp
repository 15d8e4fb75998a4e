#include "engine/region_rows.hpp"

#include "ops/mul.hpp"
#include "ops/reduce_sum.hpp"
#include "passes/final_activation.hpp"
#include "passes/rewriter.hpp"

namespace fovea {
namespace {

/// The scores of each position before the final activation, and which that is; none: none is recognised.
struct DenseScores {
  ir::ValueId value = ir::kNoValue;
  double factor = 1;
  std::optional<Activation> activation = {};
};

DenseScores dense_scores(const ir::Graph& graph) {
  const ir::ValueId output = graph.outputs().front();
  const auto found = passes::final_activation(graph, output);
  if (!found || found->scale <= 0)
    return {output};
  const bool is_softmax_of_classes =
      found->kind == Activation::Softmax && found->axes == std::vector<std::int64_t>{1};
  if (!is_softmax_of_classes && found->kind != Activation::Sigmoid)
    return {output};
  return {found->before, found->factor, found->kind};
}

}  // namespace

RegionRows make_region_rows(const ir::Graph& graph, std::optional<Activation> activation) {
  const DenseScores dense = dense_scores(graph);
  passes::Rewriter rewriter(graph);
  ir::Graph& to = rewriter.to();
  for (const ir::Node& node : graph.nodes())
    rewriter.copy(node);
  ir::ValueId scores = rewriter.map(dense.value);
  const ir::TensorType type = to.type(scores);
  if (dense.factor != 1)
    scores = to.add(ops::mul(), {},
                    {scores, to.add_constant("factor", Tensor::scalar(dense.factor).cast(type.dtype))},
                    "dense_scores");
  const ir::ValueId region =
      to.add_input("region", {type.dtype, {type.shape[0], 1, type.shape[2], type.shape[3]}});
  const ir::ValueId inside = to.add(ops::mul(), {}, {scores, region}, "scores_in_region");
  const ir::ValueId rows =
      to.add(ops::reduce_sum(), ops::ReduceAttributes{{2, 3}, 0}, {inside}, "region_scores");
  to.add_output(rows, graph.output_names().front());
  to.add_output(scores, graph.output_names().front() + " at each position");
  for (std::size_t i = 1; i < graph.outputs().size(); ++i)
    to.add_output(rewriter.map(graph.outputs()[i]), graph.output_names()[i]);
  const Activation kind = activation.value_or(dense.activation.value_or(Activation::Softmax));
  return {std::move(to), type.shape[1] > 1 && kind != Activation::Sigmoid};
}

}  // namespace fovea
