#include "autodiff/rules.hpp"
#include "ops/relu.hpp"

namespace fovea::autodiff {
namespace {

std::vector<ir::ValueId> relu_rule(ir::GradientContext& c) {
  return {c.emit(ops::relu(), {c.emit(ops::relu_gradient(), {c.dy(), c.y()})})};
}

}  // namespace

RuleSet guided_rules() {
  return {"guided", {{&ops::relu(), relu_rule}}};
}

}  // namespace fovea::autodiff
