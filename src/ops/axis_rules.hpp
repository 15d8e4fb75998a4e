#pragma once

#include "ops/axis_parts.hpp"
#include "ops/reduce.hpp"

/// The rules of operators for the roles of axes (ir::Traits::axes), and the parts of which they are made.
namespace fovea::ops {

using ir::AxisCall;

/// Joins what the inputs say of an output that they broadcast to.
AxisRoles broadcast_axes(const AxisCall& call, std::size_t output);

/// Convolutions and pools: [N,C,H,W]. Where axis 1 counts positions (a convolution that mixes tokens), so
/// does that of the result.
AxisRoles window_axes(const AxisCall& call, std::size_t output);

/// Of the first input's rank: slices, parts, borders, other sizes.
AxisRoles resized_axes(const AxisCall& call, std::size_t output);

/// Reductions over ReduceAttributes::axes.
AxisRoles reduce_axes(const AxisCall& call, std::size_t output);

/// What a sum over an axis of x makes of it, of another extent: features are channels, and mixtures of tokens
/// are positions.
AxisParts mixed_axis(const AxisRoles& x, std::int64_t axis, std::int64_t extent);

/// Whether what a convolution reads is features cut up by a reshape: channels on axis 1 and on another.
bool is_cut_features(const AxisRoles& x);

}  // namespace fovea::ops
