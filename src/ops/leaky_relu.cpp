#include "ops/leaky_relu.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes& attributes) : a(attributes.as<LeakyReluAttributes>()) {}
  template <class T>
  T operator()(T x) const {
    return x < T(0) ? static_cast<T>(a.alpha) * x : x;
  }
  template <class T>
  T derivative(T x) const {
    return x > T(0) ? T(1) : static_cast<T>(a.alpha);
  }
  const LeakyReluAttributes& a;
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(leaky_relu_gradient(), {c.dy(), c.x()}, c.node().attributes)};
}

}  // namespace

const ir::Operator& leaky_relu() {
  static const ir::Operator op{"LeakyRelu",          {"x"}, floating_type, unary_kernel<Function>, gradient,
                               LeakyReluAttributes{}};
  return op;
}

const ir::Operator& leaky_relu_gradient() {
  static const ir::Operator op{"LeakyReluGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed"),
                               LeakyReluAttributes{}};
  return op;
}

}  // namespace fovea::ops
