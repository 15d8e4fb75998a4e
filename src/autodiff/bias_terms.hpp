#pragma once

#include "ir/gradient_context.hpp"

namespace fovea::autodiff {

/// RuleSet::remainder of the plain gradient, for the bias terms of FullGrad (srinivas2019full): y dy minus
/// the sum of x dx, placed at y. It is b dy where a bias b is added (layers, Add, constants that a Concat or
/// Pad puts beside the signal), (f(x) - x f'(x)) dy for a function of one value, and -y dy for a product of
/// two computed values. kNoValue for homogeneous operators, and where operands of other shapes leave no place
/// for it: a Max of a value that is broadcast, a power with a computed exponent.
ir::ValueId bias_term(ir::GradientContext& c, const std::vector<ir::ValueId>& dx);

}  // namespace fovea::autodiff
