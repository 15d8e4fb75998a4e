#include "engine/rule_set.hpp"

#include "base/check.hpp"

namespace fovea {

namespace {

autodiff::RuleSet rule_set(Rule rule, const InputRange& range) {
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
  case Rule::LrpGamma:
    return autodiff::lrp_gamma_rules();
  case Rule::LrpEpsilonGammaBox:
    return autodiff::lrp_epsilon_gamma_box_rules(range);
  case Rule::LrpEpsilonPlusFlat:
    return autodiff::lrp_epsilon_plus_flat_rules();
  case Rule::LrpEpsilonPlusWSquare:
    return autodiff::lrp_epsilon_plus_w_square_rules();
  case Rule::LrpEpsilonAlpha2Beta1:
    return autodiff::lrp_epsilon_alpha2_beta1_rules();
  case Rule::LrpEpsilonAlpha2Beta1Flat:
    return autodiff::lrp_epsilon_alpha2_beta1_flat_rules();
  case Rule::Excitation:
    return autodiff::excitation_rules();
  }
  FOVEA_ASSERT(!"unknown rule");
}

}  // namespace

autodiff::RuleSet rule_set(const ProgramOptions& options, Rule of_pass) {
  if (!options.rectifier_rule)
    return rule_set(of_pass, options.input_range);
  const RectifierRule& rule = *options.rectifier_rule;
  FOVEA_CHECK(of_pass == Rule::Gradient, "the rule '{}' for rectifiers and the rule {} exclude each other",
              rule.name, name_of(of_pass));
  FOVEA_CHECK(!rule.name.empty() && rule.dx, "a rule for rectifiers needs a name and a function");
  return autodiff::rectifier_rules(std::make_shared<const RectifierRule>(rule));
}

std::string_view rule_name(const ProgramOptions& options, Rule of_pass) {
  return options.rectifier_rule ? std::string_view(options.rectifier_rule->name) : name_of(of_pass);
}

}  // namespace fovea
