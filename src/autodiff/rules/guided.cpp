#include "autodiff/rules/rectifiers.hpp"

namespace fovea::autodiff {

RuleSet guided_rules() {
  return {"guided", mask_at_rectifiers(Mask::OfGradientAndForward), is_other_activation};
}

}  // namespace fovea::autodiff
