#pragma once

#include "autodiff/rules.hpp"

namespace fovea::autodiff {

/// The mask that a rule applies at a rectifier y = max(x, 0) to the gradient dy of its output.
enum class Mask {
  OfGradient,            ///< dy * 1(dy > 0)
  OfGradientAndForward,  ///< dy * 1(dy > 0) * 1(x > 0)
};

/// Computes the gradient of a rectifier's input x from the gradient dy of its output, by appending nodes.
/// `positive` is any value that is above 0 exactly where x is.
using AtRectifier =
    std::function<ir::ValueId(ir::GradientContext& c, ir::ValueId dy, ir::ValueId x, ir::ValueId positive)>;

/// Overrides at every rectifier, in whatever form: Relu, Clip with the lower bound 0, Max with zeros. An
/// upper bound keeps its own derivative: Clip(0, 6) is a Relu followed by Clip(-inf, 6), and its gradient is
/// 0 where x > 6, whatever the rule. Other activations keep their gradients, as does a hard sigmoid written
/// as Clip(x + 3, 0, 6), which is a gate; docs/rules.md gives the reason.
std::vector<RuleOverride> at_rectifiers(const AtRectifier& rule);
/// Overrides that apply a mask at every rectifier.
std::vector<RuleOverride> mask_at_rectifiers(Mask mask);

/// Whether an operator is an activation (ir::Traits), to be counted if a rule does not act on it.
bool is_other_activation(const ir::Operator& op);

}  // namespace fovea::autodiff
