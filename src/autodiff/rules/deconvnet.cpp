#include "autodiff/rules/rectifiers.hpp"

namespace fovea::autodiff {

RuleSet deconvnet_rules() {
  return {"deconvnet", mask_at_rectifiers(Mask::OfGradient), is_other_activation};
}

}  // namespace fovea::autodiff
