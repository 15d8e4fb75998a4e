#pragma once

#include "autodiff/rules.hpp"
#include "ir/graph.hpp"

#include <cstdint>

namespace fovea::autodiff {

struct Differentiated {
  ir::Graph graph;                      ///< outputs: those of the forward graph, then the gradient
  ir::ValueId seed = ir::kNoValue;      ///< a new input: d(objective)/d(target), in the target's shape
  ir::ValueId gradient = ir::kNoValue;  ///< d(objective)/d(input), in the input's shape
  std::int64_t overridden_nodes = 0;    ///< how many nodes an override of the rule set acted on
};

/// Appends to `forward` the nodes that carry a gradient from `target` back to `input` (reverse mode). Nothing
/// is computed for any other input or for weights. Throws InputError when `target` does not depend on `input`
/// and, naming all of them at once, when nodes on the way have no gradient.
Differentiated differentiate(const ir::Graph& forward, ir::ValueId target, ir::ValueId input,
                             const RuleSet& rules);

}  // namespace fovea::autodiff
