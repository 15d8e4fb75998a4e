#pragma once

#include "autodiff/rules.hpp"
#include "ir/graph.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace fovea::autodiff {

/// How many nodes of each operator, by its name.
using NodeCounts = std::map<std::string_view, std::int64_t>;

struct Differentiated {
  ir::Graph graph;                      ///< outputs: those of the forward graph, then the gradient
  ir::ValueId seed = ir::kNoValue;      ///< a new input: d(objective)/d(target), in the target's shape
  ir::ValueId gradient = ir::kNoValue;  ///< d(objective)/d(input), in the input's shape
  NodeCounts overridden;                ///< nodes that an override of the rule set acted on
  std::map<std::string_view, NodeCounts> treated;  ///< the same by RuleOverride::treatment, where it has one
  NodeCounts passed_by;  ///< nodes of RuleSet::passed_by that kept their own gradient
};

/// Appends to `forward` the nodes that carry a gradient from `target` back to `input` (reverse mode). Nothing
/// is computed for any other input or for weights. Throws InputError when `target` does not depend on `input`
/// and, naming all of them at once, when nodes on the way have no gradient.
Differentiated differentiate(const ir::Graph& forward, ir::ValueId target, ir::ValueId input,
                             const RuleSet& rules);

/// One graph of several that were differentiated from the same forward graph, which it holds once. Inputs:
/// those of the forward graph, then the seeds; outputs: those of the forward graph, then the gradients, each
/// in the given order.
ir::Graph join(const ir::Graph& forward, std::vector<Differentiated> passes);

}  // namespace fovea::autodiff
