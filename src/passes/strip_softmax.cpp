#include "passes/strip_softmax.hpp"

#include "ops/identity.hpp"
#include "ops/log_softmax.hpp"
#include "ops/reshape.hpp"
#include "ops/softmax.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

/// The softmax an output ends in, or nullptr.
const ir::Node* final_softmax(const ir::Graph& graph, ir::ValueId output) {
  const ir::Node* node = graph.producer(output);
  while (node && (node->op == &ops::reshape() || node->op == &ops::identity()))
    node = graph.producer(node->inputs[0]);
  const bool is_softmax = node && (node->op == &ops::softmax() || node->op == &ops::log_softmax());
  return is_softmax ? node : nullptr;
}

}  // namespace

ir::Graph strip_softmax(const ir::Graph& graph, Notes& notes) {
  std::vector<const ir::Node*> stripped;
  for (ir::ValueId output : graph.outputs())
    if (const ir::Node* node = final_softmax(graph, output);
        node && std::find(stripped.begin(), stripped.end(), node) == stripped.end()) {
      stripped.push_back(node);
      notes.push_back(
          fmt::format("removed the final {} '{}': scores are unnormalised", node->op->name, node->name));
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
