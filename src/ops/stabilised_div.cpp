#include "ops/stabilised_div.hpp"

#include "ops/unary.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const double epsilon = call.attributes.as<StabilisedDivAttributes>().epsilon;
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected floating operands, found {}", name_of(call.dtype(0)));
  FOVEA_CHECK(epsilon > 0, "expected an epsilon above 0, found {}", epsilon);
  return same_type_pair(call);
}

void kernel(const ir::KernelCall& call) {
  const double epsilon = call.attributes.as<StabilisedDivAttributes>().epsilon;
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T shift = static_cast<T>(epsilon);
    const T* a = call.input<T>(0);
    const T* b = call.input<T>(1);
    T* z = call.output<T>();
    for (std::int64_t i = 0, n = call.count(0); i < n; ++i)
      z[i] = a[i] / (b[i] + (b[i] < T(0) ? -shift : shift));
  });
}

}  // namespace

const ir::Operator& stabilised_div() {
  static const ir::Operator op{"StabilisedDiv",
                               {"a", "b"},
                               infer,
                               kernel,
                               ir::not_differentiable("it is made by rules of the backward pass"),
                               StabilisedDivAttributes{}};
  return op;
}

}  // namespace fovea::ops
