#pragma once

#include "autodiff/rules.hpp"

namespace fovea::autodiff {

/// What a rule lets pass at a rectifier y = max(x, 0), of the gradient dy that arrives.
enum class Mask {
  OfGradient,            ///< dy * 1(dy > 0)
  OfGradientAndForward,  ///< dy * 1(dy > 0) * 1(x > 0)
};

/// What a rule makes of the gradient dy that arrives at a rectifier: nodes for the gradient of its input x.
/// `positive` is any value that is above 0 exactly where x is.
using AtRectifier =
    std::function<ir::ValueId(ir::GradientContext& c, ir::ValueId dy, ir::ValueId x, ir::ValueId positive)>;

/// Overrides at every rectifier, however it is written: Relu, Clip with the lower bound 0, Max with
/// zeros. An upper bound keeps its own derivative: Clip(0, 6) is a Relu followed by Clip(-inf, 6), and passes
/// nothing back where x > 6, whatever the rule. Other activations are left alone, and so is a hard sigmoid
/// written as Clip(x + 3, 0, 6), which is a gate: docs/rules.md says why.
std::vector<RuleOverride> at_rectifiers(const AtRectifier& rule);
/// The same with a mask.
std::vector<RuleOverride> mask_at_rectifiers(Mask mask);

/// Whether an operator is an activation (ir::Traits), to be counted where a rule leaves it alone.
bool is_other_activation(const ir::Operator& op);

}  // namespace fovea::autodiff
