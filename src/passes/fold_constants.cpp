#include "passes/fold_constants.hpp"

#include "ops/mat_mul.hpp"
#include "ops/table.hpp"
#include "ops/transpose.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

ir::Graph fold(const ir::Graph& graph, bool (*is_left)(const ir::Graph&, const ir::Node&)) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    std::vector<ir::ValueId> inputs;
    for (ir::ValueId id : node.inputs)
      inputs.push_back(rewriter.map(id));
    const bool foldable = std::all_of(inputs.begin(), inputs.end(), [&](ir::ValueId id) {
      return id == ir::kNoValue || rewriter.to().is_constant(id);
    });
    if (!foldable || is_left(graph, node)) {
      rewriter.copy(node);
      continue;
    }
    std::vector<Tensor> operands;
    for (ir::ValueId id : inputs)
      operands.push_back(id == ir::kNoValue ? Tensor() : *rewriter.to().value(id).constant);
    const std::vector<Tensor> results = ops::evaluate(*node.op, node.attributes, operands);
    for (std::size_t i = 0; i < results.size(); ++i)
      rewriter.replace(node.outputs[i],
                       rewriter.to().add_constant(graph.value(node.outputs[i]).name, results[i]));
  }
  return rewriter.finish();
}

}  // namespace

bool is_transposed_weights(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != &ops::transpose() || !graph.is_constant(node.inputs[0]) ||
      graph.is_output(node.outputs[0]) ||
      node.attributes.as<ops::TransposeAttributes>().perm != std::vector<std::int64_t>{1, 0})
    return false;
  const std::vector<ir::NodeId>& readers = graph.readers(node.outputs[0]);
  return std::all_of(readers.begin(), readers.end(), [&](ir::NodeId id) {
    const ir::Node& reader = graph.nodes()[static_cast<std::size_t>(id)];
    return reader.op == &ops::mat_mul() && reader.inputs[1] == node.outputs[0] &&
           reader.inputs[0] != node.outputs[0];
  });
}

ir::Graph fold_constants(const ir::Graph& graph, Notes&) {
  return fold(graph, [](const ir::Graph&, const ir::Node&) { return false; });
}

ir::Graph fold_all_but_transposed_weights(const ir::Graph& graph, Notes&) {
  return fold(graph, is_transposed_weights);
}

}  // namespace fovea::passes
