#pragma once

#include "autodiff/rules.hpp"
#include "ir/graph.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace fovea::autodiff {

/// Numbers of nodes by the operator's name.
using NodeCounts = std::map<std::string_view, std::int64_t>;

struct Differentiated {
  /// Outputs: those of the forward graph, then the gradients, then what is left of `remainders`.
  ir::Graph graph;
  ir::ValueId seed = ir::kNoValue;      ///< a new input: d(objective)/d(target), in the target's shape
  ir::ValueId gradient = ir::kNoValue;  ///< d(objective)/d(input), in the input's shape; of the first input
  std::vector<ir::ValueId> further_gradients = {};  ///< of the other inputs
  /// For `join`: whether the seed is that of the graph before, whose target has the same shape.
  bool shares_seed = false;
  NodeCounts overridden;  ///< nodes that an override of the rule set was applied to
  std::map<std::string_view, NodeCounts>
      treated;            ///< the same by RuleOverride::treatment, for overrides that have one
  NodeCounts left_alone;  ///< nodes reported by RuleSet::is_reported that kept their own gradient
  std::vector<ir::ValueId> remainders = {};  ///< the values that RuleSet::remainder found something left of
};

/// Appends to `forward` the nodes that propagate a gradient from `target` back to `input` (reverse mode).
/// Nothing is computed for other inputs or for weights. InputError if `target` does not depend on `input`,
/// and, naming all of them at once, if nodes between the two have no gradient.
Differentiated differentiate(const ir::Graph& forward, ir::ValueId target, ir::ValueId input,
                             const RuleSet& rules);
/// The same for several inputs, which may be computed from one another: each gradient is the whole one, by
/// all ways from the target back to the input.
Differentiated differentiate(const ir::Graph& forward, ir::ValueId target,
                             const std::vector<ir::ValueId>& inputs, const RuleSet& rules);

/// Joins several graphs that were differentiated from the same forward graph, which the result contains once.
/// Inputs: those of the forward graph, then the seeds, one for each that is not shared; outputs: those of the
/// forward graph, then the gradients, each in the given order, those of the first graph followed by its
/// remainders.
ir::Graph join(const ir::Graph& forward, std::vector<Differentiated> passes);

}  // namespace fovea::autodiff
