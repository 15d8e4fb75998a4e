#include "ops/max_pool.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/kernel_work.hpp"
#include "ops/pool_window.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>
#include <limits>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const Shape& x = call.shape(0);
  const Shape y = pooled_shape(geometry_of(call.attributes.as<MaxPoolAttributes>()), call.type(0));
  FOVEA_CHECK(x[2] <= std::numeric_limits<std::int32_t>::max() / x[3], "a plane of {}x{} is too large", x[2],
              x[3]);
  return {{call.dtype(0), y}, {DType::I32, y}};
}

/// The flat index of the largest element of window (oh, ow), or -1 when the window covers nothing but
/// padding.
template <class T>
std::int64_t find_largest(const T* src, const PoolWindow& window, std::int64_t oh, std::int64_t ow) {
  const TapRange rows = window.h.inner_taps(oh), columns = window.w.inner_taps(ow);
  std::int64_t best = -1;
  for (std::int64_t kh = rows.begin; kh < rows.end; ++kh)
    for (std::int64_t kw = columns.begin; kw < columns.end; ++kw) {
      const std::int64_t at = window.h.position(oh, kh) * window.w.in + window.w.position(ow, kw);
      const bool is_nan = src[at] != src[at];
      if (best < 0 || src[at] > src[best] || (is_nan && src[best] == src[best]))
        best = at;
    }
  return best;
}

void kernel(const ir::KernelCall& call) {
  const Shape& x = call.shape(0);
  const PoolWindow window = pool_window(geometry_of(call.attributes.as<MaxPoolAttributes>()), x[2], x[3]);
  std::int32_t* switches = call.output<std::int32_t>(1);
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* src = call.input<T>(0);
    T* dst = call.output<T>();
    std::int64_t i = 0;
    for (std::int64_t plane = 0; plane < x[0] * x[1]; ++plane, src += x[2] * x[3])
      for (std::int64_t oh = 0; oh < window.h.out; ++oh)
        for (std::int64_t ow = 0; ow < window.w.out; ++ow, ++i) {
          const std::int64_t best = find_largest(src, window, oh, ow);
          if (dst)
            dst[i] = best < 0 ? -std::numeric_limits<T>::infinity() : src[best];
          if (switches)
            switches[i] = static_cast<std::int32_t>(best);
        }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const Shape x = c.shape(c.x());
  return {c.emit(max_pool_gradient(), {c.dy(), c.y(1)},
                 MaxPoolGradientAttributes{.height = x[2], .width = x[3]})};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const auto& a = call.attributes.as<MaxPoolGradientAttributes>();
  const Shape& dy = call.shape(0);
  FOVEA_CHECK(dy.rank() == 4 && dy == call.shape(1) && call.dtype(1) == DType::I32,
              "expected dy of rank 4 and i32 switches of the same shape, found {} and {} {}", to_string(dy),
              name_of(call.dtype(1)), to_string(call.shape(1)));
  FOVEA_CHECK(a.height >= 1 && a.width >= 1, "a plane of {}x{} cannot be pooled", a.height, a.width);
  return {{call.dtype(0), {dy[0], dy[1], a.height, a.width}}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const Shape& dy = call.shape(0);
  const Shape& dx = call.outputs[0].shape;
  const std::int64_t in = dx[2] * dx[3], out = dy[2] * dy[3];
  const std::int32_t* switches = call.input<std::int32_t>(1);
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* diff_dst = call.input<T>(0);
    T* diff_src = call.output<T>();
    std::fill(diff_src, diff_src + dx.elements(), T(0));
    for (std::int64_t plane = 0; plane < dx[0] * dx[1]; ++plane)
      for (std::int64_t i = plane * out; i < (plane + 1) * out; ++i) {
        FOVEA_CHECK(switches[i] < in, "switch {} points beyond a plane of {} elements", switches[i], in);
        if (switches[i] >= 0)
          diff_src[plane * in + switches[i]] += diff_dst[i];
      }
  });
}

}  // namespace

const ir::Operator& max_pool() {
  static const ir::Operator op{"MaxPool",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               MaxPoolAttributes{},
                               {.sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = pool_reach<MaxPoolAttributes>,
                                .axes = window_axes,
                                .input_axes = ir::InputAxes::Picture,
                                .terms = pool_terms<MaxPoolAttributes>}};
  return op;
}

const ir::Operator& max_pool_gradient() {
  static const ir::Operator op{"MaxPoolGradient",
                               {"dy", "switches"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               MaxPoolGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
