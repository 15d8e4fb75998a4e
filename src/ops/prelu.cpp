#include "ops/prelu.hpp"

#include "ops/broadcast.hpp"

namespace fovea::ops {
namespace {

/// For PRelu (x, slope) and its gradient (dy, x, slope): the first operand's type.
std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::size_t x = call.inputs.size() - 2, slope = x + 1;
  FOVEA_CHECK(is_floating(call.dtype(0)) && call.dtype(x) == call.dtype(slope),
              "expected floating operands of one type");
  FOVEA_CHECK(call.type(0) == call.type(x), "dy of {} does not fit x of {}", to_string(call.shape(0)),
              to_string(call.shape(x)));
  FOVEA_CHECK(broadcast(call.shape(x), call.shape(slope)) == call.shape(x),
              "a slope of {} does not fit x of {}", to_string(call.shape(slope)), to_string(call.shape(x)));
  return {call.type(0)};
}

void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    broadcast_kernel<T, T>(call, [](T x, T slope) { return x < T(0) ? slope * x : x; });
  });
}

void gradient_kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    const T* slope = call.input<T>(2);
    T* dx = call.output<T>();
    const Shape& shape = call.shape(0);
    for_each_pair(shape, broadcast_strides(shape, shape), broadcast_strides(call.shape(2), shape),
                  [&](std::int64_t i, std::int64_t, std::int64_t is) {
                    dx[i] = x[i] > T(0) ? dy[i] : dy[i] * slope[is];
                  });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  FOVEA_CHECK(!c.needs(1), "a slope computed from the image has no gradient rule");
  return {c.emit(prelu_gradient(), {c.dy(), c.x(0), c.x(1)}), ir::kNoValue};
}

}  // namespace

const ir::Operator& prelu() {
  static const ir::Operator op{
      "PRelu",
      {"x", "slope"},
      infer,
      kernel,
      gradient,
      {},
      {.pointwise = true, .homogeneous = true, .activation = true, .relevance = ir::Relevance::PassThrough}};
  return op;
}

const ir::Operator& prelu_gradient() {
  static const ir::Operator op{"PReluGradient",
                               {"dy", "x", "slope"},
                               infer,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed")};
  return op;
}

}  // namespace fovea::ops
