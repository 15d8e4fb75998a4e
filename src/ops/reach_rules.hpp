#pragma once

#include "ir/reach.hpp"
#include "ops/reduce_sum.hpp"

#include <algorithm>
#include <limits>
#include <vector>

/// Building blocks of the operators' rules of reach (ir::Traits::reach). Source: araujo2019computing.
namespace fovea::ops {

using ir::Reach;
using ir::ReachCall;

inline constexpr Reach kWholePicture = {Reach::Of::WholePicture, {}};

/// The union of two reaches; the whole picture if their fields cannot be combined.
Reach unite(const Reach& a, const Reach& b);
/// Whether an axis of the value runs along the picture's height or width.
bool is_picture_axis(const Reach& reach, std::int64_t axis);

/// Rule of y = f(x, ...), element by element after broadcasting.
Reach pointwise_reach(const ReachCall& call, std::size_t i);

/// The reach of elements that depend on all elements of x along these axes and on nothing else.
Reach mixing(const ReachCall& call, const std::vector<std::int64_t>& axes);
template <class AxisAttributes>
Reach mixing_reach(const ReachCall& call, std::size_t) {
  return mixing(call, {call.attributes<AxisAttributes>().axis});
}
/// Rule of reductions over ReduceAttributes::axes.
Reach reduce_reach(const ReachCall& call, std::size_t i);

/// Unit o of y reads the units o * stride - pad ... o * stride - pad + span of x.
FieldAxis through_window(const FieldAxis& x, std::int64_t stride, std::int64_t pad, std::int64_t span);
/// Unit i of x is read by the units i * stride - pad ... i * stride - pad + span of y.
FieldAxis through_transposed_window(const FieldAxis& x, std::int64_t stride, std::int64_t pad,
                                    std::int64_t span);
using ThroughWindow = FieldAxis (*)(const FieldAxis&, std::int64_t stride, std::int64_t pad,
                                    std::int64_t span);

template <class WindowAttributes>
Reach window(const ReachCall& call, const WindowAttributes& a, std::int64_t kernel_height,
             std::int64_t kernel_width, ThroughWindow through) {
  Reach y = call.x();
  if (y.field.height_axis != 2 || y.field.width_axis != 3 || call.x(1).of != Reach::Of::Nothing)
    return kWholePicture;
  y.field.height = through(y.field.height, a.strides[0], a.pads[0], a.dilations[0] * (kernel_height - 1));
  y.field.width = through(y.field.width, a.strides[1], a.pads[1], a.dilations[1] * (kernel_width - 1));
  return y;
}

template <class ConvolutionAttributes, ThroughWindow through>
Reach convolution_reach(const ReachCall& call, std::size_t) {
  const Shape& w = call.x_shape(1);
  return window(call, call.attributes<ConvolutionAttributes>(), w[2], w[3], through);
}

template <class PoolAttributes>
Reach pool_reach(const ReachCall& call, std::size_t) {
  const auto& a = call.attributes<PoolAttributes>();
  return window(call, a, a.kernel[0], a.kernel[1], through_window);
}

/// Unit o reads unit start + o * step.
FieldAxis through_slice(const FieldAxis& x, std::int64_t start, std::int64_t step);

/// Applies f(field, axis of x) to the height and the width.
template <class F>
Reach along_both(Reach reach, F&& f) {
  reach.field.height = f(reach.field.height, reach.field.height_axis);
  reach.field.width = f(reach.field.width, reach.field.width_axis);
  return reach;
}

/// Collects which units of x the unit m of y reads along an axis of the picture, and gives the tightest
/// bounds for the ratio of their extents.
class ReadUnits {
public:
  ReadUnits(std::int64_t x_extent, std::int64_t y_extent)
      : step_(static_cast<double>(x_extent) / static_cast<double>(std::max<std::int64_t>(y_extent, 1))) {}
  void add(std::int64_t m, std::int64_t unit) {
    const double ahead = static_cast<double>(unit) - step_ * static_cast<double>(m);
    low_ = std::min(low_, ahead);
    high_ = std::max(high_, ahead);
  }
  FieldAxis through(const FieldAxis& x) const {
    return low_ > high_
               ? x
               : FieldAxis{x.size + (high_ - low_) * x.stride, x.stride * step_, x.offset + low_ * x.stride};
  }

private:
  double step_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
};

/// Applies these units to the field along one axis.
Reach along_one(Reach reach, std::int64_t axis, const ReadUnits& units);

}  // namespace fovea::ops
