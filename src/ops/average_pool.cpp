#include "ops/average_pool.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/kernel_work.hpp"
#include "ops/pool_window.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  return {
      {call.dtype(0), pooled_shape(geometry_of(call.attributes.as<AveragePoolAttributes>()), call.type(0))}};
}

/// One window: its taps inside the plane and the number that divides their sum, at least 1.
struct Window {
  TapRange rows, columns;
  std::int64_t divisor;
};

Window window_at(const PoolWindow& window, bool count_include_pad, std::int64_t oh, std::int64_t ow) {
  const TapRange rows = window.h.inner_taps(oh), columns = window.w.inner_taps(ow);
  const std::int64_t divisor = count_include_pad
                                   ? window.h.padded_taps(oh).count() * window.w.padded_taps(ow).count()
                                   : rows.count() * columns.count();
  return {rows, columns, std::max<std::int64_t>(divisor, 1)};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<AveragePoolAttributes>();
  const Shape& x = call.shape(0);
  const PoolWindow window = pool_window(geometry_of(a), x[2], x[3]);
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* src = call.input<T>(0);
    T* dst = call.output<T>();
    for (std::int64_t plane = 0; plane < x[0] * x[1]; ++plane, src += x[2] * x[3])
      for (std::int64_t oh = 0; oh < window.h.out; ++oh)
        for (std::int64_t ow = 0; ow < window.w.out; ++ow) {
          const Window at = window_at(window, a.count_include_pad != 0, oh, ow);
          T sum = 0;
          for (std::int64_t kh = at.rows.begin; kh < at.rows.end; ++kh)
            for (std::int64_t kw = at.columns.begin; kw < at.columns.end; ++kw)
              sum += src[window.h.position(oh, kh) * x[3] + window.w.position(ow, kw)];
          *dst++ = sum / static_cast<T>(at.divisor);
        }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& a = c.attributes<AveragePoolAttributes>();
  const Shape x = c.shape(c.x());
  return {c.emit(average_pool_gradient(), {c.dy()},
                 AveragePoolGradientAttributes{.kernel = a.kernel,
                                               .strides = a.strides,
                                               .pads = a.pads,
                                               .dilations = a.dilations,
                                               .ceil_mode = a.ceil_mode,
                                               .count_include_pad = a.count_include_pad,
                                               .height = x[2],
                                               .width = x[3]})};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const auto& a = call.attributes.as<AveragePoolGradientAttributes>();
  const Shape& dy = call.shape(0);
  FOVEA_CHECK(dy.rank() == 4, "expected dy of rank 4 (images), found {}", to_string(dy));
  const Shape dx{dy[0], dy[1], a.height, a.width};
  const Shape expected = pooled_shape(geometry_of(a), {call.dtype(0), dx});
  FOVEA_CHECK(dy == expected, "expected dy of {}, found {}", to_string(expected), to_string(dy));
  return {{call.dtype(0), dx}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<AveragePoolGradientAttributes>();
  const Shape& dx = call.outputs[0].shape;
  const PoolWindow window = pool_window(geometry_of(a), a.height, a.width);
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* diff_dst = call.input<T>(0);
    T* diff_src = call.output<T>();
    std::fill(diff_src, diff_src + dx.elements(), T(0));
    for (std::int64_t plane = 0; plane < dx[0] * dx[1]; ++plane, diff_src += a.height * a.width)
      for (std::int64_t oh = 0; oh < window.h.out; ++oh)
        for (std::int64_t ow = 0; ow < window.w.out; ++ow) {
          const Window at = window_at(window, a.count_include_pad != 0, oh, ow);
          const T share = *diff_dst++ / static_cast<T>(at.divisor);
          for (std::int64_t kh = at.rows.begin; kh < at.rows.end; ++kh)
            for (std::int64_t kw = at.columns.begin; kw < at.columns.end; ++kw)
              diff_src[window.h.position(oh, kh) * a.width + window.w.position(ow, kw)] += share;
        }
  });
}

}  // namespace

const ir::Operator& average_pool() {
  static const ir::Operator op{"AveragePool",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               AveragePoolAttributes{},
                               {.sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::FixedSum,
                                .reach = pool_reach<AveragePoolAttributes>,
                                .axes = window_axes,
                                .input_axes = ir::InputAxes::Picture,
                                .terms = pool_terms<AveragePoolAttributes>}};
  return op;
}

const ir::Operator& average_pool_gradient() {
  static const ir::Operator op{"AveragePoolGradient",
                               {"dy"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               AveragePoolGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
