#include "ops/reciprocal.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return T(1) / x;
  }
  template <class T>
  T derivative(T y) const {
    return -y * y;
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(reciprocal_gradient(), {c.dy(), c.y()})};
}

}  // namespace

const ir::Operator& reciprocal() {
  static const ir::Operator op{"Reciprocal", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

const ir::Operator& reciprocal_gradient() {
  static const ir::Operator op{"ReciprocalGradient",
                               {"dy", "y"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
