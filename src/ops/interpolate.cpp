#include "ops/interpolate.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

/// Checks axis, indices and weights against a floating operand of shape x.
void check_taps(const ir::InferCall& call, std::int64_t axis) {
  const Shape& x = call.shape(0);
  FOVEA_CHECK(is_floating(call.dtype(0)), "expected a floating operand, found {}", name_of(call.dtype(0)));
  FOVEA_CHECK(axis >= 0 && axis < x.rank(), "axis {} is not an axis of a tensor of {}", axis, to_string(x));
  FOVEA_CHECK(call.dtype(1) == DType::I64 && call.shape(1).rank() == 2 && call.shape(2) == call.shape(1) &&
                  call.dtype(2) == call.dtype(0),
              "expected i64 indices and {} weights of one shape of rank 2, found {} {} and {} {}",
              name_of(call.dtype(0)), name_of(call.dtype(1)), to_string(call.shape(1)),
              name_of(call.dtype(2)), to_string(call.shape(2)));
}

/// x parted at the axis: outer x extent x inner.
struct Parts {
  std::int64_t outer = 1, extent = 1, inner = 1;
};

Parts parts_of(const Shape& x, std::int64_t axis) {
  Parts p;
  for (std::int64_t i = 0; i < x.rank(); ++i)
    (i < axis ? p.outer : i == axis ? p.extent : p.inner) *= x[i];
  return p;
}

void check_indices(const ir::KernelCall& call, std::int64_t extent) {
  const std::int64_t* indices = call.input<std::int64_t>(1);
  const auto bad =
      std::find_if(indices, indices + call.count(1), [=](std::int64_t i) { return i < 0 || i >= extent; });
  FOVEA_CHECK(bad == indices + call.count(1), "index {} is outside an extent of {}", *bad, extent);
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::int64_t axis = call.attributes.as<InterpolateAttributes>().axis;
  check_taps(call, axis);
  Shape y = call.shape(0);
  y[axis] = call.shape(1)[0];
  return {{call.dtype(0), y}};
}

void kernel(const ir::KernelCall& call) {
  const Parts p = parts_of(call.shape(0), call.attributes.as<InterpolateAttributes>().axis);
  check_indices(call, p.extent);
  const std::int64_t* indices = call.input<std::int64_t>(1);
  const std::int64_t rows = call.shape(1)[0], taps = call.shape(1)[1];
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    const T* weights = call.input<T>(2);
    T* y = call.output<T>();
    for (std::int64_t outer = 0; outer < p.outer; ++outer, x += p.extent * p.inner)
      for (std::int64_t m = 0; m < rows; ++m, y += p.inner) {
        std::fill(y, y + p.inner, T(0));
        for (std::int64_t k = m * taps; k < (m + 1) * taps; ++k) {
          const T* from = x + indices[k] * p.inner;
          const T weight = weights[k];
          if (weight == T(0))
            continue;
          for (std::int64_t i = 0; i < p.inner; ++i)
            y[i] += weight * from[i];
        }
      }
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  FOVEA_CHECK(!c.needs(2), "weights computed from the image have no gradient rule");
  const std::int64_t axis = c.attributes<InterpolateAttributes>().axis;
  return {c.emit(interpolate_gradient(), {c.dy(), c.x(1), c.x(2)},
                 InterpolateGradientAttributes{axis, c.shape(c.x())[axis]}),
          ir::kNoValue, ir::kNoValue};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const auto& a = call.attributes.as<InterpolateGradientAttributes>();
  check_taps(call, a.axis);
  Shape x = call.shape(0);
  FOVEA_CHECK(x[a.axis] == call.shape(1)[0] && a.extent >= 0, "dy of {} does not fit indices of {}",
              to_string(x), to_string(call.shape(1)));
  x[a.axis] = a.extent;
  return {{call.dtype(0), x}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<InterpolateGradientAttributes>();
  const Parts p = parts_of(call.outputs[0].shape, a.axis);
  check_indices(call, p.extent);
  const std::int64_t* indices = call.input<std::int64_t>(1);
  const std::int64_t rows = call.shape(1)[0], taps = call.shape(1)[1];
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    const T* weights = call.input<T>(2);
    T* dx = call.output<T>();
    std::fill(dx, dx + call.outputs[0].shape.elements(), T(0));
    for (std::int64_t outer = 0; outer < p.outer; ++outer, dx += p.extent * p.inner)
      for (std::int64_t m = 0; m < rows; ++m, dy += p.inner)
        for (std::int64_t k = m * taps; k < (m + 1) * taps; ++k) {
          T* to = dx + indices[k] * p.inner;
          const T weight = weights[k];
          for (std::int64_t i = 0; i < p.inner; ++i)
            to[i] += weight * dy[i];
        }
  });
}

/// A resize.
Reach reach_rule(const ReachCall& call, std::size_t) {
  const std::int64_t axis = call.attributes<InterpolateAttributes>().axis;
  const auto& indices = call.graph.value(call.node.inputs[1]).constant;
  const auto& weights = call.graph.value(call.node.inputs[2]).constant;
  if (!indices || !weights)
    return kWholePicture;
  ReadUnits units(call.x_shape()[axis], call.y_shape()[axis]);
  const Tensor weights64 = weights->cast(DType::F64);
  for (std::int64_t i = 0; i < indices->elements(); ++i)
    if (weights64.data<double>()[static_cast<std::size_t>(i)] != 0)
      units.add(i / indices->shape()[1], indices->data<std::int64_t>()[static_cast<std::size_t>(i)]);
  return along_one(call.x(), axis, units);
}

std::int64_t terms(const ir::InferCall& call) {
  return call.shape(1)[1];
}

}  // namespace

const ir::Operator& interpolate() {
  static const ir::Operator op{
      "Interpolate",
      {"x", "indices", "weights"},
      infer,
      kernel,
      gradient,
      InterpolateAttributes{},
      {.relevance = ir::Relevance::FixedSum, .reach = reach_rule, .axes = resized_axes, .terms = terms}};
  return op;
}

const ir::Operator& interpolate_gradient() {
  static const ir::Operator op{"InterpolateGradient",
                               {"dy", "indices", "weights"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               InterpolateGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
