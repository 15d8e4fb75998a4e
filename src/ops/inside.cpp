#include "ops/inside.hpp"

#include "base/dispatch.hpp"
#include "ops/clip.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  return {{DType::Bool, call.shape(0)}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<ClipAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    const T low = static_cast<T>(a.min), high = static_cast<T>(a.max);
    bool* mask = call.output<bool>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      mask[i] = x[i] >= low && x[i] <= high;
  });
}

}  // namespace

const ir::Operator& inside() {
  static const ir::Operator op{
      "Inside",        {"x"}, infer, kernel, ir::not_differentiable("its result is a truth value"),
      ClipAttributes{}};
  return op;
}

}  // namespace fovea::ops
