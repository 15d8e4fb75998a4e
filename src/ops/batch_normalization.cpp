#include "ops/batch_normalization.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"

#include <cmath>

namespace fovea::ops {
namespace {

/// Checks that x is a floating [N,C,...] and that the inputs `first` to `last` are of its type and [C].
void check_channels(const ir::InferCall& call, std::size_t first, std::size_t last) {
  const Shape& x = call.shape(0);
  FOVEA_CHECK(x.rank() >= 2 && is_floating(call.dtype(0)),
              "expected a floating x of rank 2 or more, found {} {}", name_of(call.dtype(0)), to_string(x));
  for (std::size_t i = first; i <= last; ++i)
    FOVEA_CHECK(call.dtype(i) == call.dtype(0) && call.shape(i) == Shape({x[1]}),
                "expected input {} of {} {}, found {} {}", i, name_of(call.dtype(0)), x[1],
                name_of(call.dtype(i)), to_string(call.shape(i)));
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  check_channels(call, 1, 4);
  return {call.type(0)};
}

/// dst = (src - shift) * factor + bias for every channel; a null shift or bias is 0.
template <class T>
void normalize(const ir::KernelCall& call, const T* scale, const T* variance, const T* shift, const T* bias) {
  const double epsilon = call.attributes.as<BatchNormalizationAttributes>().epsilon;
  const Shape& x = call.shape(0);
  std::int64_t plane = 1;
  for (std::int64_t axis = 2; axis < x.rank(); ++axis)
    plane *= x[axis];
  const T* src = call.input<T>(0);
  T* dst = call.output<T>();
  for (std::int64_t n = 0; n < x[0]; ++n)
    for (std::int64_t c = 0; c < x[1]; ++c) {
      const T factor = scale[c] / std::sqrt(variance[c] + static_cast<T>(epsilon));
      const T centre = shift ? shift[c] : T(0), offset = bias ? bias[c] : T(0);
      for (std::int64_t i = 0; i < plane; ++i)
        *dst++ = (*src++ - centre) * factor + offset;
    }
}

void kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    normalize<T>(call, call.input<T>(1), call.input<T>(4), call.input<T>(3), call.input<T>(2));
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  for (std::size_t i = 1; i < c.input_count(); ++i)
    FOVEA_CHECK(!c.needs(i), "scale or statistics computed from the image have no gradient rule");
  std::vector<ir::ValueId> dx(c.input_count(), ir::kNoValue);
  dx[0] = c.emit(batch_normalization_gradient(), {c.dy(), c.x(1), c.x(4)}, c.node().attributes);
  return dx;
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  check_channels(call, 1, 2);
  return {call.type(0)};
}

void gradient_kernel(const ir::KernelCall& call) {
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    normalize<T>(call, call.input<T>(1), call.input<T>(2), nullptr, nullptr);
  });
}

}  // namespace

const ir::Operator& batch_normalization() {
  static const ir::Operator op{"BatchNormalization",
                               {"x", "scale", "bias", "mean", "variance"},
                               infer,
                               kernel,
                               gradient,
                               BatchNormalizationAttributes{},
                               {.pointwise = true,
                                .relevance = ir::Relevance::PassThrough,
                                .input_axes = ir::InputAxes::ChannelsSecond}};
  return op;
}

const ir::Operator& batch_normalization_gradient() {
  static const ir::Operator op{"BatchNormalizationGradient",
                               {"dy", "scale", "variance"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               BatchNormalizationAttributes{}};
  return op;
}

}  // namespace fovea::ops
