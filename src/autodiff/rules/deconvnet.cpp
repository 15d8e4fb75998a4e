#include "autodiff/rules.hpp"
#include "ops/relu.hpp"

namespace fovea::autodiff {
namespace {

std::vector<ir::ValueId> relu_rule(ir::GradientContext& c) {
  return {c.emit(ops::relu(), {c.dy()})};
}

}  // namespace

RuleSet deconvnet_rules() {
  return {"deconvnet", {{&ops::relu(), relu_rule}}};
}

}  // namespace fovea::autodiff
