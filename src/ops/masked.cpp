#include "ops/masked.hpp"

#include "base/dispatch.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  FOVEA_CHECK(call.dtype(1) == DType::Bool && call.shape(0) == call.shape(1),
              "expected a bool mask of shape {}, found {} {}", to_string(call.shape(0)),
              name_of(call.dtype(1)), to_string(call.shape(1)));
  return {call.type(0)};
}

void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    const bool* mask = call.input<bool>(1);
    T* y = call.output<T>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      y[i] = mask[i] ? x[i] : T(0);
  });
}

}  // namespace

const ir::Operator& masked() {
  static const ir::Operator op{
      "Masked", {"x", "mask"}, infer, kernel, ir::not_differentiable("masks are made after differentiation")};
  return op;
}

}  // namespace fovea::ops
