#include "ops/slice.hpp"

#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/broadcast.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

/// The result's shape; InputError when the slice does not fit x.
template <class SliceLike>
Shape sliced(const SliceLike& a, const Shape& x) {
  const auto rank = static_cast<std::size_t>(x.rank());
  FOVEA_CHECK(a.starts.size() == rank && a.steps.size() == rank && a.sizes.size() == rank,
              "expected starts, steps and sizes for the {} axes of {}", rank, to_string(x));
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t start = a.starts[i], step = a.steps[i], size = a.sizes[i], extent = x.dims()[i];
    FOVEA_CHECK(step != 0, "a step of 0 along axis {}", i);
    // A step beyond the extent is fine as long as it is never taken; tested first, lest the product overflow.
    const bool fits = size == 0 || (size == 1 && start >= 0 && start < extent) ||
                      (size >= 2 && size <= extent && start >= 0 && start < extent && step > -extent &&
                       step < extent && start + (size - 1) * step >= 0 && start + (size - 1) * step < extent);
    FOVEA_CHECK(fits, "{} elements from {} in steps of {} do not lie within the extent {} of axis {}", size,
                start, step, extent, i);
  }
  return Shape(a.sizes);
}

/// Calls f(i, j) for every element i of the slice in row-major order and the element j of x where it lies.
template <class SliceLike, class F>
void for_each_sliced(const SliceLike& a, const Shape& x, F&& f) {
  const Shape y(a.sizes);
  if (y.elements() == 0)
    return;
  std::vector<std::int64_t> strides = broadcast_strides(x, x);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    offset += a.starts[i] * strides[i];
    strides[i] = a.sizes[i] > 1 ? strides[i] * a.steps[i] : 0;
  }
  for_each_pair(y, strides, strides, [&](std::int64_t i, std::int64_t j, std::int64_t) { f(i, offset + j); });
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  return {{call.dtype(0), sliced(call.attributes.as<SliceAttributes>(), call.shape(0))}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<SliceAttributes>();
  dispatch(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_sliced(a, call.shape(0), [&](std::int64_t i, std::int64_t j) { y[i] = x[j]; });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& a = c.attributes<SliceAttributes>();
  return {c.emit(slice_gradient(), {c.dy()},
                 SliceGradientAttributes{a.starts, a.steps, a.sizes, c.shape(c.x())})};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const auto& a = call.attributes.as<SliceGradientAttributes>();
  FOVEA_CHECK(sliced(a, a.shape) == call.shape(0), "expected dy of {}, found {}", to_string(Shape(a.sizes)),
              to_string(call.shape(0)));
  return {{call.dtype(0), a.shape}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<SliceGradientAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    T* dx = call.output<T>();
    std::fill(dx, dx + a.shape.elements(), T(0));
    for_each_sliced(a, a.shape, [&](std::int64_t i, std::int64_t j) { dx[j] = dy[i]; });
  });
}

Reach reach_rule(const ReachCall& call, std::size_t) {
  const auto& a = call.attributes<SliceAttributes>();
  const auto at = [](const std::vector<std::int64_t>& list, std::int64_t axis) {
    return list[static_cast<std::size_t>(axis)];
  };
  const Reach x = call.x();
  if (at(a.steps, x.field.height_axis) < 1 || at(a.steps, x.field.width_axis) < 1)
    return kWholePicture;
  return along_both(x, [&](const FieldAxis& field, std::int64_t axis) {
    return through_slice(field, at(a.starts, axis), at(a.steps, axis));
  });
}

AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  const auto& a = call.attributes<SliceAttributes>();
  AxisRoles result;
  for (std::size_t axis = 0; axis < call.x().size(); ++axis)
    result.push_back(sliced_axis(call.x(), axis, a.starts[axis], a.steps[axis], a.sizes[axis]));
  return result;
}

}  // namespace

const ir::Operator& slice() {
  static const ir::Operator op{"Slice",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               SliceAttributes{},
                               {.moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = reach_rule,
                                .axes = axes_rule}};
  return op;
}

const ir::Operator& slice_gradient() {
  static const ir::Operator op{"SliceGradient",
                               {"dy"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               SliceGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
