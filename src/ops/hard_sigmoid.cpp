#include "ops/hard_sigmoid.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes& attributes) : a(attributes.as<HardSigmoidAttributes>()) {}
  template <class T>
  T operator()(T x) const {
    const T line = static_cast<T>(a.alpha) * x + static_cast<T>(a.beta);
    return line < T(0) ? T(0) : line > T(1) ? T(1) : line;
  }
  template <class T>
  T derivative(T y) const {
    return y > T(0) && y < T(1) ? static_cast<T>(a.alpha) : T(0);
  }
  const HardSigmoidAttributes& a;
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(hard_sigmoid_gradient(), {c.dy(), c.y()}, c.node().attributes)};
}

}  // namespace

const ir::Operator& hard_sigmoid() {
  static const ir::Operator op{"HardSigmoid",          {"x"},    floating_type,
                               unary_kernel<Function>, gradient, HardSigmoidAttributes{}};
  return op;
}

const ir::Operator& hard_sigmoid_gradient() {
  static const ir::Operator op{"HardSigmoidGradient",
                               {"dy", "y"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed"),
                               HardSigmoidAttributes{}};
  return op;
}

}  // namespace fovea::ops
