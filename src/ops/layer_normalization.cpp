#include "ops/layer_normalization.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/reach_rules.hpp"

#include <array>
#include <cmath>
#include <numeric>

namespace fovea::ops {
namespace {

/// The first normalised axis, counted from the front.
std::int64_t first_axis(const ir::Attributes& attributes, const Shape& x) {
  const std::int64_t axis = attributes.as<LayerNormalizationAttributes>().axis;
  FOVEA_CHECK(axis >= -x.rank() && axis < x.rank(), "axis {} is outside a tensor of {}", axis, to_string(x));
  return axis < 0 ? axis + x.rank() : axis;
}

/// Checks a floating x and that the inputs from `first` on, where they are there, have its type and its shape
/// from the normalised axes on.
void check_operands(const ir::InferCall& call, const Shape& x, std::size_t first) {
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  const std::int64_t axis = first_axis(call.attributes, x);
  const Shape normalised(std::vector<std::int64_t>(x.begin() + axis, x.end()));
  for (std::size_t i = first; i < call.inputs.size(); ++i)
    if (call.has(i))
      FOVEA_CHECK(call.dtype(i) == call.dtype(0) && call.shape(i) == normalised,
                  "expected input {} of {} {}, found {} {}", i, name_of(call.dtype(0)), to_string(normalised),
                  name_of(call.dtype(i)), to_string(call.shape(i)));
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  check_operands(call, call.shape(0), 1);
  return {call.type(0)};
}

struct Extents {
  std::int64_t rows = 1, count = 1;
};

Extents extents(const ir::Attributes& attributes, const Shape& x) {
  const std::int64_t axis = first_axis(attributes, x);
  Extents e;
  for (std::int64_t i = 0; i < x.rank(); ++i)
    (i < axis ? e.rows : e.count) *= x[i];
  return e;
}

/// term(0) + ... + term(count - 1), in partial sums that a compiler turns into vector instructions.
template <class T, class Term>
T sum_of(std::int64_t count, Term&& term) {
  constexpr std::int64_t lanes = 16;
  std::array<T, lanes> partial = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::int64_t lane = 0; lane < lanes; ++lane)
      partial[static_cast<std::size_t>(lane)] += term(i + lane);
  T sum = 0;
  for (; i < count; ++i)
    sum += term(i);
  return std::accumulate(partial.begin(), partial.end(), sum);
}

/// Mean and 1 / sqrt(variance + epsilon) of one row, in two passes.
template <class T>
struct Statistics {
  T mean, factor;
  Statistics(const T* x, std::int64_t count, double epsilon)
      : mean(sum_of<T>(count, [=](std::int64_t i) { return x[i]; }) / static_cast<T>(count)) {
    const T squares = sum_of<T>(count, [=, this](std::int64_t i) { return (x[i] - mean) * (x[i] - mean); });
    factor = T(1) / std::sqrt(squares / static_cast<T>(count) + static_cast<T>(epsilon));
  }
};

void kernel(const ir::KernelCall& call) {
  const double epsilon = call.attributes.as<LayerNormalizationAttributes>().epsilon;
  const Extents e = extents(call.attributes, call.shape(0));
  const std::int64_t rows = e.rows, count = e.count;
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    const T* scale = call.has(1) ? call.input<T>(1) : nullptr;
    const T* bias = call.has(2) ? call.input<T>(2) : nullptr;
    T* y = call.output<T>();
    for (std::int64_t row = 0; row < rows; ++row, x += count, y += count) {
      const Statistics<T> s(x, count, epsilon);
      for (std::int64_t i = 0; i < count; ++i)
        y[i] = (x[i] - s.mean) * s.factor;
      for (std::int64_t i = 0; scale && i < count; ++i)
        y[i] *= scale[i];
      for (std::int64_t i = 0; bias && i < count; ++i)
        y[i] += bias[i];
    }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  for (std::size_t i = 1; i < c.input_count(); ++i)
    FOVEA_CHECK(!c.needs(i), "a scale or bias computed from the image has no gradient rule");
  std::vector<ir::ValueId> dx(c.input_count(), ir::kNoValue);
  const ir::ValueId scale = c.input_count() > 1 ? c.x(1) : ir::kNoValue;
  dx[0] = c.emit(layer_normalization_gradient(), {c.dy(), c.x(), scale}, c.node().attributes);
  return dx;
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  FOVEA_CHECK(call.type(0) == call.type(1), "expected dy of {}, found {}", to_string(call.shape(1)),
              to_string(call.shape(0)));
  check_operands(call, call.shape(1), 2);
  return {call.type(1)};
}

/// One row of the gradient; `scaled(i)` is dy * scale.
template <class T, class Scaled>
void gradient_row(const T* x, T* dx, std::int64_t count, double epsilon, Scaled&& scaled) {
  const Statistics<T> s(x, count, epsilon);
  const T mean = sum_of<T>(count, scaled) / static_cast<T>(count);
  const T along = sum_of<T>(count, [&](std::int64_t i) { return scaled(i) * (x[i] - s.mean); });
  const T tilt = along * s.factor * s.factor / static_cast<T>(count);
  for (std::int64_t i = 0; i < count; ++i)
    dx[i] = s.factor * (scaled(i) - mean - (x[i] - s.mean) * tilt);
}

void gradient_kernel(const ir::KernelCall& call) {
  const double epsilon = call.attributes.as<LayerNormalizationAttributes>().epsilon;
  const Extents e = extents(call.attributes, call.shape(0));
  const std::int64_t rows = e.rows, count = e.count;
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* x = call.input<T>(1);
    const T* scale = call.has(2) ? call.input<T>(2) : nullptr;
    T* dx = call.output<T>();
    for (std::int64_t row = 0; row < rows; ++row, dy += count, x += count, dx += count) {
      if (scale)
        gradient_row(x, dx, count, epsilon, [=](std::int64_t i) { return dy[i] * scale[i]; });
      else
        gradient_row(x, dx, count, epsilon, [=](std::int64_t i) { return dy[i]; });
    }
  });
}

Reach reach_rule(const ReachCall& call, std::size_t) {
  const std::int64_t rank = call.x_shape().rank(),
                     axis = call.attributes<LayerNormalizationAttributes>().axis;
  std::vector<std::int64_t> axes(static_cast<std::size_t>(axis < 0 ? -axis : rank - axis));
  std::iota(axes.begin(), axes.end(), axis < 0 ? rank + axis : axis);
  return mixing(call, axes);
}

}  // namespace

const ir::Operator& layer_normalization() {
  static const ir::Operator op{"LayerNormalization",
                               {"x", "scale?", "bias?"},
                               infer,
                               kernel,
                               gradient,
                               LayerNormalizationAttributes{},
                               {.relevance = ir::Relevance::PassThrough, .reach = reach_rule}};
  return op;
}

const ir::Operator& layer_normalization_gradient() {
  static const ir::Operator op{"LayerNormalizationGradient",
                               {"dy", "x", "scale?"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               LayerNormalizationAttributes{}};
  return op;
}

}  // namespace fovea::ops
