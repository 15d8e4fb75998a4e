#include "passes/strip_softmax.hpp"

#include "ops/identity.hpp"
#include "ops/log_softmax.hpp"
#include "ops/reshape.hpp"
#include "ops/softmax.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

/// The softmax an output ends in, or nullptr. One whose result the network reads again is no ending.
const ir::Node* final_softmax(const ir::Graph& graph, ir::ValueId output) {
  const ir::Node* node = graph.producer(output);
  int readers = 0;
  for (; node && is_read_by(graph, *node, readers); node = graph.producer(node->inputs[0])) {
    if (node->op == &ops::softmax() || node->op == &ops::log_softmax())
      return node;
    if (node->op != &ops::reshape() && node->op != &ops::identity())
      return nullptr;
    readers = 1;
  }
  return nullptr;
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
  return bypass(graph, [&](const ir::Node& node) {
    return std::find(stripped.begin(), stripped.end(), &node) != stripped.end();
  });
}

}  // namespace fovea::passes
