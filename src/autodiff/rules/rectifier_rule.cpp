#include "ops/rectifier_rule.hpp"

#include "autodiff/rules/rectifiers.hpp"

namespace fovea::autodiff {

RuleSet rectifier_rules(std::shared_ptr<const RectifierRule> rule) {
  std::string name = rule->name;
  const auto call = [rule = std::move(rule)](ir::GradientContext& c, ir::ValueId dy, ir::ValueId x,
                                             ir::ValueId) {
    return c.emit(ops::rectifier_rule(), {dy, x},
                  ops::RectifierRuleAttributes{rule, rule->name, c.node().name});
  };
  return {std::move(name), at_rectifiers(call), is_other_activation};
}

}  // namespace fovea::autodiff
