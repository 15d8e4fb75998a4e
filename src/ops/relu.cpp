#include "ops/relu.hpp"

#include "ir/gradient_context.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

struct ReluFunction {
  explicit ReluFunction(const ir::Attributes&) {}
  template <class T>
  T operator()(T x) const {
    return x < T(0) ? T(0) : x;
  }
  template <class T>
  T derivative(T y) const {
    return y > T(0) ? T(1) : T(0);
  }
};

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(relu_gradient(), {c.dy(), c.y()})};
}

}  // namespace

const ir::Operator& relu() {
  static const ir::Operator op{"Relu", {"x"}, floating_type, unary_kernel<ReluFunction>, gradient};
  return op;
}

const ir::Operator& relu_gradient() {
  static const ir::Operator op{"ReluGradient",
                               {"dy", "y"},
                               same_type_pair,
                               unary_gradient_kernel<ReluFunction>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
