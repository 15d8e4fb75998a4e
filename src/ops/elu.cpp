#include "ops/elu.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes& attributes) : a(attributes.as<EluAttributes>()) {}
  template <class T>
  T operator()(T x) const {
    return x > T(0) ? x : static_cast<T>(a.alpha) * std::expm1(x);
  }
  template <class T>
  T derivative(T x) const {
    return x > T(0) ? T(1) : static_cast<T>(a.alpha) * std::exp(x);
  }
  const EluAttributes& a;
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(elu_gradient(), {c.dy(), c.x()}, c.node().attributes)};
}

}  // namespace

const ir::Operator& elu() {
  static const ir::Operator op{"Elu",    {"x"},          floating_type, unary_kernel<Function>,
                               gradient, EluAttributes{}};
  return op;
}

const ir::Operator& elu_gradient() {
  static const ir::Operator op{"EluGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed"),
                               EluAttributes{}};
  return op;
}

}  // namespace fovea::ops
