#include "ops/global_average_pool.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::ops {
namespace {

Shape pooled(const Shape& x) {
  FOVEA_CHECK(x.rank() >= 2 &&
                  std::all_of(x.begin(), x.end(), [](std::int64_t extent) { return extent >= 1; }),
              "expected x of rank 2 or more without empty axes, found {}", to_string(x));
  Shape y = x;
  for (std::int64_t axis = 2; axis < x.rank(); ++axis)
    y[axis] = 1;
  return y;
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating-point tensor, found {}",
              name_of(call.dtype(0)));
  return {{call.dtype(0), pooled(call.shape(0))}};
}

void kernel(const ir::KernelCall& call) {
  const std::int64_t planes = call.outputs[0].shape.elements(), count = call.count(0) / planes;
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* src = call.input<T>(0);
    T* dst = call.output<T>();
    for (std::int64_t plane = 0; plane < planes; ++plane, src += count)
      dst[plane] = std::accumulate(src, src + count, T(0)) / static_cast<T>(count);
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(global_average_pool_gradient(), {c.dy()},
                 GlobalAveragePoolGradientAttributes{.shape = c.shape(c.x())})};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const Shape& x = call.attributes.as<GlobalAveragePoolGradientAttributes>().shape;
  FOVEA_CHECK(call.shape(0) == pooled(x), "expected dy of {}, found {}", to_string(pooled(x)),
              to_string(call.shape(0)));
  return {{call.dtype(0), x}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const std::int64_t planes = call.count(0), count = call.outputs[0].shape.elements() / planes;
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* diff_dst = call.input<T>(0);
    T* diff_src = call.output<T>();
    for (std::int64_t plane = 0; plane < planes; ++plane, diff_src += count)
      std::fill(diff_src, diff_src + count, diff_dst[plane] / static_cast<T>(count));
  });
}

}  // namespace

const ir::Operator& global_average_pool() {
  static const ir::Operator op{"GlobalAveragePool",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               {},
                               {.sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::FixedSum,
                                .axes = window_axes,
                                .input_axes = ir::InputAxes::Picture}};
  return op;
}

const ir::Operator& global_average_pool_gradient() {
  static const ir::Operator op{"GlobalAveragePoolGradient",
                               {"dy"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               GlobalAveragePoolGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
