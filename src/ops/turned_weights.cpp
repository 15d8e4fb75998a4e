#include "ops/turned_weights.hpp"

#include "base/dispatch.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

Shape turned_shape(const Shape& w, std::int64_t groups) {
  return {w[1] * groups, w[0] / groups, w[2], w[3]};
}

template <class T>
void turn(const T* w, const Shape& from, std::int64_t groups, T* turned) {
  const std::int64_t group_inputs = from[0] / groups, group_outputs = from[1], window = from[2] * from[3];
  for (std::int64_t g = 0; g < groups; ++g)
    for (std::int64_t o = 0; o < group_outputs; ++o)
      for (std::int64_t i = 0; i < group_inputs; ++i, turned += window) {
        const T* taps = w + ((g * group_inputs + i) * group_outputs + o) * window;
        std::reverse_copy(taps, taps + window, turned);
      }
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::int64_t groups = call.attributes.as<TurnedWeightsAttributes>().groups;
  const Shape& w = call.shape(0);
  FOVEA_CHECK(w.rank() == 4 && groups >= 1 && w[0] % groups == 0,
              "weights of {} are no transposed convolution's in {} groups", to_string(w), groups);
  return {{call.dtype(0), turned_shape(w, groups)}};
}

void kernel(const ir::KernelCall& call) {
  const std::int64_t groups = call.attributes.as<TurnedWeightsAttributes>().groups;
  dispatch_floating(call.dtype(0),
                    [&]<class T>(T) { turn(call.input<T>(0), call.shape(0), groups, call.output<T>()); });
}

}  // namespace

Tensor turn_weights(const Tensor& w, std::int64_t groups) {
  Tensor turned(w.dtype(), turned_shape(w.shape(), groups));
  dispatch_floating(
      w.dtype(), [&]<class T>(T) { turn(w.data<T>().data(), w.shape(), groups, turned.data<T>().data()); });
  return turned;
}

const ir::Operator& turned_weights() {
  static const ir::Operator op{"TurnedWeights",
                               {"w"},
                               infer,
                               kernel,
                               ir::not_differentiable("it is made after differentiation"),
                               TurnedWeightsAttributes{}};
  return op;
}

}  // namespace fovea::ops
