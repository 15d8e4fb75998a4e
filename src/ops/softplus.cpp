#include "ops/softplus.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return (x > T(0) ? x : T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class T>
  T derivative(T x) const {
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(softplus_gradient(), {c.dy(), c.x()})};
}

}  // namespace

const ir::Operator& softplus() {
  static const ir::Operator op{"Softplus", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

const ir::Operator& softplus_gradient() {
  static const ir::Operator op{"SoftplusGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
