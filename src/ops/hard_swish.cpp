#include "ops/hard_swish.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct Function {
  explicit Function(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    const T gate = x / T(6) + T(0.5);
    return x * (gate < T(0) ? T(0) : gate > T(1) ? T(1) : gate);
  }
  template <class T>
  T derivative(T x) const {
    return x <= T(-3) ? T(0) : x >= T(3) ? T(1) : x / T(3) + T(0.5);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(hard_swish_gradient(), {c.dy(), c.x()})};
}

}  // namespace

const ir::Operator& hard_swish() {
  static const ir::Operator op{"HardSwish", {"x"}, floating_type, unary_kernel<Function>, gradient};
  return op;
}

const ir::Operator& hard_swish_gradient() {
  static const ir::Operator op{"HardSwishGradient",
                               {"dy", "x"},
                               same_type_pair,
                               unary_gradient_kernel<Function>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
