#pragma once

#include "ops/axis_roles.hpp"

/// The arithmetic of axis roles: functions of parts and shapes alone.
namespace fovea::ops {

/// The role of an axis as a whole. An axis that mixes channels and positions counts channels where no other
/// axis does (Flatten, space to depth), otherwise positions (depth to space); rows and columns in one axis
/// are positions. None: unknown, or mixed with the batch.
std::optional<AxisRole> role_of_axis(const AxisRoles& roles, std::size_t axis);

inline bool is_spatial(AxisRole role) {
  return role == AxisRole::Height || role == AxisRole::Width || role == AxisRole::Position;
}

/// The number of axes that hold channels. Several axes are heads, or features divided by a reshape, which
/// only their readers can distinguish.
std::int64_t count_channel_axes(const AxisRoles& roles);

/// An axis of one part.
inline AxisParts whole_axis(AxisRole role, std::int64_t extent) {
  return {{role, extent, 1}};
}

/// The axis of `roles` after it has been cut, padded, resized or sampled to `extent`.
AxisParts resized_axis(const AxisRoles& roles, std::size_t axis, std::int64_t extent);

/// Combines what two values say about one axis of the same extent.
AxisParts join_axes(const AxisParts& a, const AxisParts& b);

/// The roles after a reshape from one shape to another; axes whose roles do not follow are unknown.
AxisRoles reshaped_roles(const Shape& from, const AxisRoles& roles, const Shape& to);

}  // namespace fovea::ops
