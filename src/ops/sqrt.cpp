#include "ops/sqrt.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::sqrt(x);
  }
  template <class T>
  T derivative(T y) const {
    return T(0.5) / y;
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(sqrt_gradient(), {c.dy(), c.y()})};
}

}  // namespace

const ir::Operator& sqrt() {
  static const ir::Operator op{"Sqrt", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

const ir::Operator& sqrt_gradient() {
  static const ir::Operator op{"SqrtGradient",
                               {"dy", "y"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
