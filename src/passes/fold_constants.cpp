#include "passes/fold_constants.hpp"

#include "ops/table.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {

ir::Graph fold_constants(const ir::Graph& graph, Notes&) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    std::vector<ir::ValueId> inputs;
    for (ir::ValueId id : node.inputs)
      inputs.push_back(rewriter.map(id));
    const bool foldable = std::all_of(inputs.begin(), inputs.end(), [&](ir::ValueId id) {
      return id == ir::kNoValue || rewriter.to().is_constant(id);
    });
    if (!foldable) {
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

}  // namespace fovea::passes
