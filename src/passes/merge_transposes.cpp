#include "passes/merge_transposes.hpp"

#include "ops/transpose.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

using Perm = std::vector<std::int64_t>;

const Perm& perm_of(const ir::Node& node) {
  return node.attributes.as<ops::TransposeAttributes>().perm;
}

bool is_transpose(const ir::Node* node) {
  return node && node->op == &ops::transpose();
}

/// The permutation of `second` after `first`.
Perm composed(const Perm& first, const Perm& second) {
  Perm perm;
  for (std::int64_t axis : second)
    perm.push_back(first[static_cast<std::size_t>(axis)]);
  return perm;
}

}  // namespace

ir::Graph merge_transposes(const ir::Graph& graph, Notes&) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    if (!is_transpose(&node)) {
      rewriter.copy(node);
      continue;
    }
    ir::ValueId source = rewriter.map(node.inputs[0]);
    Perm perm = perm_of(node);
    const ir::Node* earlier = rewriter.to().producer(source);
    const bool merged = is_transpose(earlier);
    if (merged) {
      perm = composed(perm_of(*earlier), perm);
      source = earlier->inputs[0];
    }
    if (std::is_sorted(perm.begin(), perm.end()))
      rewriter.replace(node.outputs[0], source);
    else if (merged)
      rewriter.replace(node.outputs[0], rewriter.to().add(ops::transpose(), ops::TransposeAttributes{perm},
                                                          {source}, node.name));
    else
      rewriter.copy(node);
  }
  return rewriter.finish();
}

}  // namespace fovea::passes
