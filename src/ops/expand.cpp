#include "ops/expand.hpp"

#include "ops/broadcast.hpp"

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ExpandAttributes>();
  FOVEA_CHECK(broadcast(call.shape(0), a.shape) == a.shape, "a tensor of {} cannot be expanded to {}",
              to_string(call.shape(0)), to_string(a.shape));
  return {{call.dtype(0), a.shape}};
}

void kernel(const ir::KernelCall& call) {
  const Shape& shape = call.outputs[0].shape;
  const auto strides = broadcast_strides(call.shape(0), shape);
  dispatch(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_pair(shape, strides, strides,
                  [&](std::int64_t i, std::int64_t from, std::int64_t) { y[i] = x[from]; });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {sum_to_shape(c, c.dy(), c.shape(c.x()))};
}

}  // namespace

const ir::Operator& expand() {
  static const ir::Operator op{"Expand",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               ExpandAttributes{},
                               {.pointwise = true,
                                .moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed}};
  return op;
}

}  // namespace fovea::ops
