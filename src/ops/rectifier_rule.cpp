#include "ops/rectifier_rule.hpp"

#include "base/dispatch.hpp"
#include "fovea/error.hpp"
#include "ops/caller_functions.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  const auto& attributes = call.attributes.as<RectifierRuleAttributes>();
  const auto& function = attributes.rule->dx;
  const auto run = [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    T* dx = call.output<T>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      dx[i] = static_cast<T>(function(static_cast<double>(x[i]), static_cast<double>(dy[i])));
  };
  call_named({.path = {}, .node = attributes.node, .operator_name = "rule " + attributes.name},
             [&] { dispatch_floating(call.dtype(0), run); });
}

}  // namespace

const ir::Operator& rectifier_rule() {
  static const ir::Operator op{"RectifierRule",
                               {"dy", "x"},
                               same_type_pair,
                               kernel,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
