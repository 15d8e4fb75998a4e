#include "ops/clip_mask.hpp"

#include "ops/functions.hpp"
#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

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

const ir::Operator& clip_mask() {
  static const ir::Operator op{
      "ClipMask",      {"x"}, mask_type, kernel, ir::not_differentiable("its result is a truth value"),
      ClipAttributes{}};
  return op;
}

}  // namespace fovea::ops
