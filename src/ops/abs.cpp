#include "ops/abs.hpp"

#include "ir/gradient_context.hpp"
#include "ops/arithmetic.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return x < T(0) ? negated(x) : x == T(0) ? T(0) : x;
  }
  template <class T>
  T derivative(T x) const {
    return T((x > T(0)) - (x < T(0)));
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(abs_gradient(), {c.dy(), c.x()})};
}

}  // namespace

const ir::Operator& abs() {
  static const ir::Operator op{"Abs", {"x"}, numeric_type, unary_numeric_kernel<Function>, gradient};
  return op;
}

const ir::Operator& abs_gradient() {
  static const ir::Operator op{"AbsGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
