#include "ops/positive.hpp"

#include "base/dispatch.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  return {{DType::Bool, call.shape(0)}};
}

void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    bool* mask = call.output<bool>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      mask[i] = x[i] > T(0);
  });
}

}  // namespace

const ir::Operator& positive() {
  static const ir::Operator op{
      "Positive", {"x"}, infer, kernel, ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
