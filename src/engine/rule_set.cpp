#include "engine/rule_set.hpp"

#include "base/check.hpp"

namespace fovea {

autodiff::RuleSet rule_set(Rule rule) {
  switch (rule) {
  case Rule::Gradient:
    return autodiff::gradient_rules();
  case Rule::Deconvnet:
    return autodiff::deconvnet_rules();
  case Rule::Guided:
    return autodiff::guided_rules();
  case Rule::LrpEpsilon:
    return autodiff::lrp_epsilon_rules();
  case Rule::LrpAlphaBeta:
    return autodiff::lrp_alpha_beta_rules();
  case Rule::LrpComposite:
    return autodiff::lrp_composite_rules();
  case Rule::Excitation:
    return autodiff::excitation_rules();
  }
  FOVEA_ASSERT(!"unknown rule");
}

}  // namespace fovea
