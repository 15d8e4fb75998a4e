#include "ops/axis_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

/// The axis of the picture that axis 2 or 3 of a convolution's result runs along.
AxisParts windowed_axis(const AxisCall& call, const AxisRoles& x, std::int64_t axis) {
  const std::int64_t extent = call.y_shape()[axis];
  const auto at = static_cast<std::size_t>(axis);
  const bool free = x[2].empty() && x[3].empty();
  if (free || (x[at].empty() && call.x_shape()[axis] == 1))
    return whole_axis(axis == 2 ? AxisRole::Height : AxisRole::Width, extent);
  return resized_axis(x, at, extent);
}

}  // namespace

AxisRoles broadcast_axes(const AxisCall& call, std::size_t output) {
  const Shape& y = call.y_shape(output);
  AxisRoles result = call.unknown(output);
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (!call.depends(i))
      continue;
    const Shape& x = call.x_shape(i);
    for (std::int64_t axis = 0; axis < std::min(x.rank(), y.rank()); ++axis) {
      const std::int64_t from = x.rank() - 1 - axis, to = y.rank() - 1 - axis;
      AxisParts& joined = result[static_cast<std::size_t>(to)];
      if (x[from] == y[to])
        joined = join_axes(joined, call.x_axis(i, from));
    }
  }
  return result;
}

bool is_cut_features(const AxisRoles& x) {
  return count_channel_axes(x) > 1 && role_of_axis(x, 1) == AxisRole::Channel;
}

AxisRoles window_axes(const AxisCall& call, std::size_t output) {
  const Shape& y = call.y_shape(output);
  if (y.rank() != 4 || call.x().size() != 4)
    return call.unknown(output);
  const AxisRoles x = is_cut_features(call.x()) ? picture_roles(call.x_shape(), false) : call.x();
  const auto second = role_of_axis(x, 1);
  const bool mixes_positions = second && is_spatial(*second) && y[1] > 1;
  return {x[0].empty() ? whole_axis(AxisRole::Batch, y[0]) : x[0],
          mixes_positions ? resized_axis(x, 1, y[1]) : whole_axis(AxisRole::Channel, y[1]),
          windowed_axis(call, x, 2), windowed_axis(call, x, 3)};
}

AxisRoles resized_axes(const AxisCall& call, std::size_t output) {
  AxisRoles result;
  for (std::size_t axis = 0; axis < call.x().size(); ++axis)
    result.push_back(resized_axis(call.x(), axis, call.y_shape(output)[static_cast<std::int64_t>(axis)]));
  return result;
}

AxisRoles reduce_axes(const AxisCall& call, std::size_t) {
  const auto& a = call.attributes<ReduceAttributes>();
  AxisRoles result;
  for (std::int64_t axis = 0; axis < call.x_shape().rank(); ++axis) {
    const AxisParts& parts = call.x_axis(0, axis);
    if (std::find(a.axes.begin(), a.axes.end(), axis) == a.axes.end())
      result.push_back(parts);
    else if (a.keep_dims != 0)
      result.push_back(parts.size() == 1 ? whole_axis(parts.front().role, 1) : AxisParts{});
  }
  return result;
}

AxisParts mixed_axis(const AxisRoles& x, std::int64_t axis, std::int64_t extent) {
  const auto at = static_cast<std::size_t>(axis);
  bool channels_elsewhere = false;
  for (std::size_t other = 0; other < x.size(); ++other)
    channels_elsewhere = channels_elsewhere || (other != at && role_of_axis(x, other) == AxisRole::Channel);
  const auto role = role_of_axis(x, at);
  if (role == AxisRole::Channel || !channels_elsewhere)
    return role == AxisRole::Batch ? AxisParts{} : whole_axis(AxisRole::Channel, extent);
  return role && is_spatial(*role) ? whole_axis(AxisRole::Position, extent) : AxisParts{};
}

}  // namespace fovea::ops
