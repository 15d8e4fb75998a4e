#include "ops/gather.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

/// The result's shape.
Shape gathered(const Shape& x, const ir::TensorType& indices, std::int64_t axis) {
  FOVEA_CHECK(axis >= 0 && axis < x.rank(), "axis {} is not an axis of a tensor of {}", axis, to_string(x));
  FOVEA_CHECK(indices.dtype == DType::I64, "expected indices of type i64, found {}", name_of(indices.dtype));
  std::vector<std::int64_t> dims(x.begin(), x.begin() + axis);
  dims.insert(dims.end(), indices.shape.begin(), indices.shape.end());
  dims.insert(dims.end(), x.begin() + axis + 1, x.end());
  return Shape(std::move(dims));
}

/// Calls f(from, to, count) for every run of `count` elements of x at offset `from` that the result holds at
/// offset `to`.
template <class F>
void for_each_run(const Shape& x, std::int64_t axis, const std::int64_t* indices, std::int64_t index_count,
                  F&& f) {
  std::int64_t rows = 1, run = 1;
  for (std::int64_t i = 0; i < x.rank(); ++i)
    (i < axis ? rows : run) *= i == axis ? 1 : x[i];
  for (std::int64_t row = 0, to = 0; row < rows; ++row)
    for (std::int64_t i = 0; i < index_count; ++i, to += run) {
      FOVEA_CHECK(indices[i] >= -x[axis] && indices[i] < x[axis],
                  "index {} is outside the extent {} of axis {}", indices[i], x[axis], axis);
      const std::int64_t index = indices[i] < 0 ? indices[i] + x[axis] : indices[i];
      f((row * x[axis] + index) * run, to, run);
    }
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  return {
      {call.dtype(0), gathered(call.shape(0), call.type(1), call.attributes.as<GatherAttributes>().axis)}};
}

void kernel(const ir::KernelCall& call) {
  const std::int64_t axis = call.attributes.as<GatherAttributes>().axis;
  dispatch(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_run(call.shape(0), axis, call.input<std::int64_t>(1), call.count(1),
                 [&](std::int64_t from, std::int64_t to, std::int64_t count) {
                   std::copy_n(x + from, count, y + to);
                 });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(gather_gradient(), {c.dy(), c.x(1)},
                 GatherGradientAttributes{c.attributes<GatherAttributes>().axis, c.shape(c.x(0))}),
          ir::kNoValue};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const auto& a = call.attributes.as<GatherGradientAttributes>();
  const Shape expected = gathered(a.shape, call.type(1), a.axis);
  FOVEA_CHECK(call.shape(0) == expected, "expected dy of {}, found {}", to_string(expected),
              to_string(call.shape(0)));
  return {{call.dtype(0), a.shape}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<GatherGradientAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    T* dx = call.output<T>();
    std::fill(dx, dx + a.shape.elements(), T(0));
    for_each_run(a.shape, a.axis, call.input<std::int64_t>(1), call.count(1),
                 [&](std::int64_t from, std::int64_t to, std::int64_t count) {
                   for (std::int64_t i = 0; i < count; ++i)
                     dx[from + i] += dy[to + i];
                 });
  });
}

/// Slices of x picked by constants; along the picture, a resize to the nearest.
Reach reach_rule(const ReachCall& call, std::size_t) {
  Reach reach = call.x();
  const std::int64_t axis = call.attributes<GatherAttributes>().axis;
  const auto& indices = call.graph.value(call.node.inputs[1]).constant;
  if (!indices || (is_picture_axis(reach, axis) && indices->shape().rank() != 1))
    return kWholePicture;
  if (is_picture_axis(reach, axis)) {
    const std::int64_t extent = call.x_shape()[axis];
    ReadUnits units(extent, indices->elements());
    for (std::int64_t m = 0; m < indices->elements(); ++m) {
      const std::int64_t unit = indices->data<std::int64_t>()[static_cast<std::size_t>(m)];
      units.add(m, unit < 0 ? unit + extent : unit);
    }
    return along_one(reach, axis, units);
  }
  for (std::int64_t* picture_axis : {&reach.field.height_axis, &reach.field.width_axis})
    if (*picture_axis > axis)
      *picture_axis += indices->shape().rank() - 1;
  return reach;
}

/// Whether indices into an axis keep the order of what they pick.
bool keeps_order(const Tensor& indices, std::int64_t extent) {
  std::vector<std::int64_t> places;
  for (const std::int64_t i : indices.data<std::int64_t>())
    places.push_back(i < 0 ? i + extent : i);
  return std::is_sorted(places.begin(), places.end()) || std::is_sorted(places.rbegin(), places.rend());
}

/// Whether indices are those of a roll or of a slice: each one more than the one before, modulo the extent.
bool is_consecutive(const Tensor& indices, std::int64_t extent) {
  const auto at = indices.data<std::int64_t>();
  for (std::size_t i = 1; i < at.size(); ++i)
    if ((at[i] - at[i - 1] - 1) % extent != 0)
      return false;
  return !at.empty() && static_cast<std::int64_t>(at.size()) <= extent;
}

/// The axis behind consecutive indices, which may go around the end.
std::optional<AxisParts> run_of_axis(const AxisCall& call, std::size_t axis, const Tensor& indices) {
  const std::int64_t extent = call.x_shape()[static_cast<std::int64_t>(axis)], count = indices.elements();
  if (!is_consecutive(indices, extent))
    return {};
  const std::int64_t start = (indices.data<std::int64_t>()[0] + extent) % extent;
  if (start + count <= extent)
    return sliced_axis(call.x(), axis, start, 1, count);
  if (count < extent)
    return {};
  return rolled_axis(
      {sliced_axis(call.x(), axis, start, 1, extent - start), sliced_axis(call.x(), axis, 0, 1, start)},
      extent);
}

AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  const std::int64_t axis = call.attributes<GatherAttributes>().axis;
  const Shape& indices = call.x_shape(1);
  AxisRoles result = call.x();
  const auto at = result.begin() + axis;
  if (indices.rank() != 1) {
    const auto after = result.erase(at);
    result.insert(after, static_cast<std::size_t>(indices.rank()), AxisParts{});
    return result;
  }
  const auto& constant = call.graph.value(call.node.inputs[1]).constant;
  const auto place = static_cast<std::size_t>(axis);
  const auto run = constant ? run_of_axis(call, place, *constant) : std::nullopt;
  if (run) {
    *at = *run;
    return result;
  }
  const bool keeps = role_of_axis(call.x(), place) == AxisRole::Channel ||
                     (constant && keeps_order(*constant, call.x_shape()[axis]));
  *at = keeps ? resized_axis(call.x(), place, indices[0]) : AxisParts{};
  return result;
}

}  // namespace

const ir::Operator& gather() {
  static const ir::Operator op{"Gather",
                               {"x", "indices"},
                               infer,
                               kernel,
                               gradient,
                               GatherAttributes{},
                               {.moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = reach_rule,
                                .axes = axes_rule}};
  return op;
}

const ir::Operator& gather_gradient() {
  static const ir::Operator op{"GatherGradient",
                               {"dy", "indices"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               GatherGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
