#include "ops/pad.hpp"

#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/broadcast.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

/// The result's shape; InputError when the pads do not fit x.
template <class PadLike>
Shape padded(const PadLike& a, const Shape& x) {
  FOVEA_CHECK(a.mode == "constant" || a.mode == "reflect" || a.mode == "edge",
              "expected a mode of constant, reflect or edge, found '{}'", a.mode);
  FOVEA_CHECK(static_cast<std::int64_t>(a.pads.size()) == 2 * x.rank(),
              "expected {} pads for a tensor of {}, found {}", 2 * x.rank(), to_string(x), a.pads.size());
  Shape y = x;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t begin = a.pads[static_cast<std::size_t>(axis)];
    const std::int64_t end = a.pads[static_cast<std::size_t>(axis + x.rank())];
    y[axis] += begin + end;
    FOVEA_CHECK(y[axis] >= 0 && x[axis] + std::min(begin, end) >= 0,
                "pads of {} and {} crop more than the extent {} of axis {}", begin, end, x[axis], axis);
    const std::int64_t widest = std::max({begin, end, std::int64_t{0}});
    FOVEA_CHECK(a.mode == "constant" || widest == 0 || (a.mode == "edge" ? x[axis] >= 1 : widest < x[axis]),
                "an extent of {} is too small for pads of {} and {} in mode {}", x[axis], begin, end, a.mode);
  }
  return y;
}

/// For each axis and each position along it in the padded tensor y: how far the element of x that it copies
/// lies from the first one along that axis, counted in elements, or kNowhere.
template <class PadLike>
std::vector<std::vector<std::int64_t>> source_offsets(const PadLike& a, const Shape& x, const Shape& y) {
  const auto rank = static_cast<std::size_t>(x.rank());
  const std::vector<std::int64_t> strides = broadcast_strides(x, x);
  std::vector<std::vector<std::int64_t>> offsets(rank);
  for (std::size_t axis = 0; axis < rank; ++axis)
    for (std::int64_t o = 0; o < y.dims()[axis]; ++o) {
      const std::int64_t source = padded_source(o - a.pads[axis], x.dims()[axis], a.mode);
      offsets[axis].push_back(source == kNowhere ? kNowhere : source * strides[axis]);
    }
  return offsets;
}

/// Calls f(i, j) for every element i of the padded tensor y in row-major order; j is the element of x that it
/// copies, or kNowhere.
template <class PadLike, class F>
void for_each_padded(const PadLike& a, const Shape& x, const Shape& y, F&& f) {
  const std::vector<std::vector<std::int64_t>> offsets = source_offsets(a, x, y);
  StridedWalk at(y.dims(), {});
  for (std::int64_t i = 0, n = y.elements(); i < n; ++i, at.next()) {
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < offsets.size() && from != kNowhere; ++axis) {
      const std::int64_t offset = offsets[axis][static_cast<std::size_t>(at.index(axis))];
      from = offset == kNowhere ? kNowhere : from + offset;
    }
    f(i, from);
  }
}

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  return {{call.dtype(0), padded(call.attributes.as<PadAttributes>(), call.shape(0))}};
}

void kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<PadAttributes>();
  dispatch(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_padded(a, call.shape(0), call.outputs[0].shape, [&](std::int64_t i, std::int64_t from) {
      y[i] = from == kNowhere ? static_cast<T>(a.value) : x[from];
    });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& a = c.attributes<PadAttributes>();
  return {c.emit(pad_gradient(), {c.dy()}, PadGradientAttributes{a.pads, a.mode, c.shape(c.x())})};
}

std::vector<ir::TensorType> infer_gradient(const ir::InferCall& call) {
  const auto& a = call.attributes.as<PadGradientAttributes>();
  const Shape expected = padded(a, a.shape);
  FOVEA_CHECK(call.shape(0) == expected, "expected dy of {}, found {}", to_string(expected),
              to_string(call.shape(0)));
  return {{call.dtype(0), a.shape}};
}

void gradient_kernel(const ir::KernelCall& call) {
  const auto& a = call.attributes.as<PadGradientAttributes>();
  dispatch_floating(call.dtype(0), [&]<class T>(T) {
    const T* dy = call.input<T>(0);
    T* dx = call.output<T>();
    std::fill(dx, dx + a.shape.elements(), T(0));
    for_each_padded(a, a.shape, call.shape(0), [&](std::int64_t i, std::int64_t from) {
      if (from != kNowhere)
        dx[from] += dy[i];
    });
  });
}

Reach reach_rule(const ReachCall& call, std::size_t) {
  const auto& a = call.attributes<PadAttributes>();
  return along_both(call.x(), [&](const FieldAxis& field, std::int64_t axis) {
    return through_slice(field, -a.pads[static_cast<std::size_t>(axis)], 1);
  });
}

}  // namespace

std::int64_t padded_source(std::int64_t at, std::int64_t extent, const std::string& mode) {
  if (at >= 0 && at < extent)
    return at;
  if (mode == "constant")
    return kNowhere;
  if (mode == "edge")
    return std::clamp<std::int64_t>(at, 0, extent - 1);
  return at < 0 ? -at : 2 * (extent - 1) - at;
}

const ir::Operator& pad() {
  static const ir::Operator op{
      "Pad",
      {"x"},
      infer,
      kernel,
      gradient,
      PadAttributes{},
      {.relevance = ir::Relevance::Routed, .reach = reach_rule, .axes = resized_axes}};
  return op;
}

const ir::Operator& pad_gradient() {
  static const ir::Operator op{"PadGradient",
                               {"dy"},
                               infer_gradient,
                               gradient_kernel,
                               ir::not_differentiable("second derivatives are not computed"),
                               PadGradientAttributes{}};
  return op;
}

}  // namespace fovea::ops
