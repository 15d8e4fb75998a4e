#include "ops/fused_conv.hpp"

#include "base/dispatch.hpp"
#include "ops/kernel_work.hpp"

#include <algorithm>
#include <functional>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<FusedConvAttributes>();
  FOVEA_CHECK(a.activation == "none" || a.activation == "relu",
              "unexpected activation '{}': expected none or relu", a.activation);
  const ir::Attributes attributes = a.conv;
  std::vector<ir::TensorType> y =
      conv().infer({attributes, call.inputs.first(std::min<std::size_t>(3, call.inputs.size()))});
  FOVEA_CHECK(!call.has(3) || call.type(3) == y[0], "expected a sum of shape {}, found {}",
              to_string(y[0].shape), to_string(call.shape(3)));
  return y;
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<FusedConvAttributes>();
  const ir::Attributes attributes = a.conv;
  conv().kernel({attributes, call.inputs.first(std::min<std::size_t>(3, call.inputs.size())), call.outputs});
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    T* y = call.output<T>();
    const std::int64_t count = call.outputs[0].shape.elements();
    if (call.has(3)) {
      const T* sum = call.input<T>(3);
      std::transform(y, y + count, sum, y, std::plus<>());
    }
    if (a.activation == "relu")
      std::transform(y, y + count, y, [](T x) { return x < T(0) ? T(0) : x; });
  });
}

}  // namespace

const ir::Operator& fused_conv() {
  static const ir::Operator op{"FusedConv",
                               {"x", "w", "b?", "sum?"},
                               infer,
                               kernel,
                               ir::not_differentiable("convolutions are fused after differentiation"),
                               FusedConvAttributes{},
                               {.terms = convolution_terms, .terms_are_products = true}};
  return op;
}

}  // namespace fovea::ops
