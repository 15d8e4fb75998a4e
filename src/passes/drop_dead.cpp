#include "passes/drop_dead.hpp"

#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {

ir::Graph drop_dead(const ir::Graph& graph, Notes&) {
  std::vector<bool> live(graph.values().size(), false);
  for (ir::ValueId id : graph.outputs())
    live[static_cast<std::size_t>(id)] = true;
  auto is_live = [&](const ir::Node& node) {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&](ir::ValueId id) { return live[static_cast<std::size_t>(id)]; });
  };
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    if (is_live(*node))
      for (ir::ValueId id : node->inputs)
        if (id != ir::kNoValue)
          live[static_cast<std::size_t>(id)] = true;

  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes())
    if (is_live(node))
      rewriter.copy(node);
  return rewriter.finish();
}

}  // namespace fovea::passes
