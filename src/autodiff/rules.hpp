#pragma once

#include "ir/gradient_context.hpp"

#include <string_view>
#include <vector>

namespace fovea::autodiff {

/// One exception to the plain gradients: how the way back treats one operator.
struct RuleOverride {
  const ir::Operator* op;
  ir::Gradient::Rule rule;
};

/// How the way back is made: the overrides in order, then every operator's own gradient.
struct RuleSet {
  std::string_view name;
  std::vector<RuleOverride> overrides;
};

/// Back-propagation: no overrides.
RuleSet gradient_rules();
/// DeconvNet (Zeiler & Fergus 2013): R_n = R_{n+1} * 1(R_{n+1} > 0) at every ReLU.
RuleSet deconvnet_rules();
/// Guided back-propagation (Springenberg et al. 2014): R_n = R_{n+1} * 1(R_{n+1} > 0) * 1(X_n > 0) at every
/// ReLU.
RuleSet guided_rules();

}  // namespace fovea::autodiff
