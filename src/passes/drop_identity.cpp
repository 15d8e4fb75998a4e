#include "passes/drop_identity.hpp"

#include "ops/cast.hpp"
#include "ops/expand.hpp"
#include "ops/identity.hpp"
#include "ops/reshape.hpp"
#include "passes/rewriter.hpp"

namespace fovea::passes {
namespace {

bool changes_nothing(const ir::Graph& graph, const ir::Node& node) {
  if (node.op == &ops::identity())
    return true;
  const bool may = node.op == &ops::reshape() || node.op == &ops::expand() || node.op == &ops::cast();
  return may && graph.type(node.inputs[0]) == graph.type(node.outputs[0]);
}

}  // namespace

ir::Graph drop_identity(const ir::Graph& graph, Notes&) {
  return bypass(graph, [&](const ir::Node& node) { return changes_nothing(graph, node); });
}

}  // namespace fovea::passes
