#include "ops/display_name.hpp"

#include "ops/custom.hpp"
#include "ops/rectifier_rule.hpp"

namespace fovea::ops {

std::string display_name(const ir::Node& node) {
  if (node.op == &rectifier_rule())
    return "rule " + node.attributes.as<RectifierRuleAttributes>().name;
  if (node.op == &custom() || node.op == &custom_without_backward() || node.op == &custom_gradient())
    return node.attributes.as<CustomAttributes>().operator_name;
  return std::string(node.op->name);
}

}  // namespace fovea::ops
