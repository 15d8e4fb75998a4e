#include "ops/flipped_weights.hpp"

#include "base/dispatch.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

Shape flipped_shape(const Shape& w, std::int64_t groups) {
  return {w[1] * groups, w[0] / groups, w[2], w[3]};
}

template <class T>
void flip(const T* w, const Shape& from, std::int64_t groups, T* flipped) {
  const std::int64_t group_inputs = from[0] / groups, group_outputs = from[1], window = from[2] * from[3];
  for (std::int64_t g = 0; g < groups; ++g)
    for (std::int64_t o = 0; o < group_outputs; ++o)
      for (std::int64_t i = 0; i < group_inputs; ++i, flipped += window) {
        const T* taps = w + ((g * group_inputs + i) * group_outputs + o) * window;
        std::reverse_copy(taps, taps + window, flipped);
      }
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::int64_t groups = call.attributes.as<FlippedWeightsAttributes>().groups;
  const Shape& w = call.shape(0);
  FOVEA_CHECK(w.rank() == 4 && groups >= 1 && w[0] % groups == 0,
              "weights of {} are no transposed convolution's in {} groups", to_string(w), groups);
  return {{call.dtype(0), flipped_shape(w, groups)}};
}

void kernel(const ir::KernelCall& call) {
  const std::int64_t groups = call.attributes.as<FlippedWeightsAttributes>().groups;
  dispatch_floating(call.dtype(0),
                    [&]<class T>(T) { flip(call.input<T>(0), call.shape(0), groups, call.output<T>()); });
}

}  // namespace

Tensor flip_weights(const Tensor& w, std::int64_t groups) {
  Tensor flipped(w.dtype(), flipped_shape(w.shape(), groups));
  dispatch_floating(
      w.dtype(), [&]<class T>(T) { flip(w.data<T>().data(), w.shape(), groups, flipped.data<T>().data()); });
  return flipped;
}

const ir::Operator& flipped_weights() {
  static const ir::Operator op{"FlippedWeights",
                               {"w"},
                               infer,
                               kernel,
                               ir::not_differentiable("it is made after differentiation"),
                               FlippedWeightsAttributes{}};
  return op;
}

}  // namespace fovea::ops
