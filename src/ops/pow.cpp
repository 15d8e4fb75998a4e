#include "ops/pow.hpp"

#include "ops/broadcast.hpp"
#include "ops/mul.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

struct Power {
  template <class T>
  T operator()(T a, T b) const {
    return b == T(2) ? a * a : std::pow(a, b);
  }
};

struct BaseDerivative {
  template <class T>
  T operator()(T a, T b) const {
    return b == T(0) ? T(0) : b == T(2) ? b * a : b * std::pow(a, b - T(1));
  }
};

struct ExponentDerivative {
  template <class T>
  T operator()(T a, T b) const {
    return a == T(0) && b >= T(0) ? T(0) : std::pow(a, b) * std::log(a);
  }
};

template <class Function>
void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) { broadcast_kernel<T, T>(call, Function()); });
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected floating operands, found {}", name_of(call.dtype(0)));
  return binary_type(call);
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  std::vector<ir::ValueId> d = {ir::kNoValue, ir::kNoValue};
  for (std::size_t i : {0, 1})
    if (c.needs(i)) {
      const ir::ValueId slope =
          c.emit(i == 0 ? pow_base_derivative() : pow_exponent_derivative(), {c.x(0), c.x(1)});
      d[i] = sum_to_shape(c, c.emit(mul(), {c.dy(), slope}), c.shape(c.x(i)));
    }
  return d;
}

}  // namespace

const ir::Operator& pow() {
  static const ir::Operator op{"Pow",
                               {"a", "b"},
                               infer,
                               kernel<Power>,
                               gradient,
                               {},
                               {.pointwise = true, .relevance = ir::Relevance::PassThrough}};
  return op;
}

const ir::Operator& pow_base_derivative() {
  static const ir::Operator op{"PowBaseDerivative",
                               {"a", "b"},
                               infer,
                               kernel<BaseDerivative>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

const ir::Operator& pow_exponent_derivative() {
  static const ir::Operator op{"PowExponentDerivative",
                               {"a", "b"},
                               infer,
                               kernel<ExponentDerivative>,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
