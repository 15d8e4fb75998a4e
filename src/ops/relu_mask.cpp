#include "ops/relu_mask.hpp"

#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    bool* mask = call.output<bool>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      mask[i] = x[i] > T(0);
  });
}

}  // namespace

const ir::Operator& relu_mask() {
  static const ir::Operator op{
      "ReluMask", {"x"}, mask_type, kernel, ir::not_differentiable("its result is a truth value")};
  return op;
}

}  // namespace fovea::ops
