#include "passes/strip_final_relu.hpp"

#include "ops/global_average_pool.hpp"
#include "ops/identity.hpp"
#include "ops/relu.hpp"
#include "ops/reshape.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

const ir::Node* final_relu(const ir::Graph& graph, ir::ValueId output) {
  const ir::Node* node = graph.producer(output);
  bool pooled = false;
  while (node && (node->op == &ops::reshape() || node->op == &ops::identity() ||
                  node->op == &ops::global_average_pool())) {
    pooled = pooled || node->op == &ops::global_average_pool();
    node = graph.producer(node->inputs[0]);
  }
  return pooled && node && node->op == &ops::relu() ? node : nullptr;
}

}  // namespace

ir::Graph strip_final_relu(const ir::Graph& graph, Notes& notes) {
  std::vector<const ir::Node*> stripped;
  for (ir::ValueId output : graph.outputs())
    if (const ir::Node* node = final_relu(graph, output);
        node && std::find(stripped.begin(), stripped.end(), node) == stripped.end()) {
      stripped.push_back(node);
      notes.push_back(fmt::format("took the scores before the final Relu '{}'", node->name));
    }
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    if (std::find(stripped.begin(), stripped.end(), &node) != stripped.end())
      rewriter.replace(node.outputs[0], rewriter.map(node.inputs[0]));
    else
      rewriter.copy(node);
  }
  return rewriter.finish();
}

}  // namespace fovea::passes
