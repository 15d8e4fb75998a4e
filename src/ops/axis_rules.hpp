#pragma once

#include "ops/axis_parts.hpp"
#include "ops/reduce.hpp"

/// The rules of operators for the roles of axes (ir::Traits::axes), and the parts of which they are made.
namespace fovea::ops {

using ir::AxisCall;

/// Combines the roles of the inputs of an operator that broadcasts.
AxisRoles broadcast_axes(const AxisCall& call, std::size_t output);

/// Rule of convolutions and pools: [N,C,H,W]. If axis 1 of the input counts positions (a convolution that
/// mixes tokens), so does axis 1 of the result.
AxisRoles window_axes(const AxisCall& call, std::size_t output);

/// Rule of operators that keep the axes of the first input and change extents: slices, splits, pads, resizes.
AxisRoles resized_axes(const AxisCall& call, std::size_t output);

/// Rule of reductions over ReduceAttributes::axes.
AxisRoles reduce_axes(const AxisCall& call, std::size_t output);

/// The role of an axis of x after it was replaced by weighted sums along it: mixed features are channels,
/// mixed tokens positions.
AxisParts mixed_axis(const AxisRoles& x, std::int64_t axis, std::int64_t extent);

/// Whether the input of a convolution consists of features divided by a reshape: channels on axis 1 and on
/// another axis.
bool is_cut_features(const AxisRoles& x);

}  // namespace fovea::ops
