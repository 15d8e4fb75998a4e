#include "ops/erf.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

#include <cmath>
#include <numbers>

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return std::erf(x);
  }
  template <class T>
  T derivative(T x) const {
    return T(2 / std::sqrt(std::numbers::pi)) * std::exp(-x * x);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(erf_gradient(), {c.dy(), c.x()})};
}

}  // namespace

const ir::Operator& erf() {
  static const ir::Operator op{"Erf", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

const ir::Operator& erf_gradient() {
  static const ir::Operator op{"ErfGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
