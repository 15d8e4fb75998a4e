#include "ops/sigmoid.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
  }
  template <class T>
  T derivative(T y) const {
    return y * (T(1) - y);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(sigmoid_gradient(), {c.dy(), c.y()})};
}

}  // namespace

const ir::Operator& sigmoid() {
  static const ir::Operator op{"Sigmoid", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

const ir::Operator& sigmoid_gradient() {
  static const ir::Operator op{"SigmoidGradient",
                               {"dy", "y"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
