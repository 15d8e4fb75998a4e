#pragma once

#include "ir/gradient_context.hpp"

#include <string_view>
#include <vector>

namespace fovea::autodiff {

/// One exception to the plain gradients: how the way back treats the nodes of one operator, or some of them.
struct RuleOverride {
  const ir::Operator* op;
  ir::Gradient::Rule rule;
  bool (*applies)(const ir::Graph&, const ir::Node&);  ///< null: to every node of that operator
};

/// How the way back is made: the first override that fits, or else the operator's own gradient.
struct RuleSet {
  std::string_view name;
  std::vector<RuleOverride> overrides;
  /// Operators whose nodes are counted where they keep their own gradient, because a user may expect the rule
  /// to act on them.
  std::vector<const ir::Operator*> passed_by;
};

/// Back-propagation: no overrides.
RuleSet gradient_rules();
/// DeconvNet (Zeiler & Fergus 2013): R_n = R_{n+1} * 1(R_{n+1} > 0) at every
/// rectifier (see rules/rectifiers.hpp).
RuleSet deconvnet_rules();
/// Guided back-propagation (Springenberg et al. 2014): R_n = R_{n+1} * 1(R_{n+1} > 0) * 1(X_n > 0) at every
/// rectifier.
RuleSet guided_rules();

}  // namespace fovea::autodiff
