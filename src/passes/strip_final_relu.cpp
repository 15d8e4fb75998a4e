#include "passes/strip_final_relu.hpp"

#include "ops/functions.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/identity.hpp"
#include "ops/reshape.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

/// The Relu before an output's global pooling, or nullptr. One whose result the network reads elsewhere too
/// is left alone.
const ir::Node* final_relu(const ir::Graph& graph, ir::ValueId output) {
  const ir::Node* node = graph.producer(output);
  bool is_pooled = false;
  int readers = 0;
  for (; node && is_read_by(graph, *node, readers); node = graph.producer(node->inputs[0])) {
    if (node->op == &ops::relu())
      return is_pooled ? node : nullptr;
    if (node->op == &ops::global_average_pool())
      is_pooled = true;
    else if (node->op != &ops::reshape() && node->op != &ops::identity())
      return nullptr;
    readers = 1;
  }
  return nullptr;
}

}  // namespace

ir::Graph strip_final_relu(const ir::Graph& graph, Notes& notes) {
  std::vector<const ir::Node*> stripped;
  for (ir::ValueId output : graph.outputs())
    if (const ir::Node* node = final_relu(graph, output);
        node && std::find(stripped.begin(), stripped.end(), node) == stripped.end()) {
      stripped.push_back(node);
      notes.push_back({NoteKind::ScoresBeforeFinalRelu, {}, {node->name}});
    }
  return bypass(graph, [&](const ir::Node& node) {
    return std::find(stripped.begin(), stripped.end(), &node) != stripped.end();
  });
}

}  // namespace fovea::passes
