#include "autodiff/rules/rectifiers.hpp"

namespace fovea::autodiff {

RuleSet guided_rules() {
  return {"guided", mask_at_rectifiers(Mask::OfGradientAndForward), other_activations()};
}

}  // namespace fovea::autodiff
