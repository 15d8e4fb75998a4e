#include "ops/spoken_name.hpp"

#include "ops/rectifier_rule.hpp"

namespace fovea::ops {

std::string spoken_name(const ir::Node& node) {
  if (node.op == &rectifier_rule())
    return "rule " + node.attributes.as<RectifierRuleAttributes>().name;
  return std::string(node.op->name);
}

}  // namespace fovea::ops
