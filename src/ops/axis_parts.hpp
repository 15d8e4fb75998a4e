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

/// The axis of `roles` from index `start` on, every `step`-th of it, `extent` indices in all.
AxisParts sliced_axis(const AxisRoles& roles, std::size_t axis, std::int64_t start, std::int64_t step,
                      std::int64_t extent);

/// The pieces of one axis that follow one another, joined to `extent`: a roll, where they are the two ends of
/// one axis in exchanged order. None for anything else.
std::optional<AxisParts> rolled_axis(const std::vector<AxisParts>& pieces, std::int64_t extent);

/// An axis of `extent` tokens, of which those from `first` on are the positions of `grid`; none where `grid`
/// has no rows and columns.
std::optional<AxisParts> tokens_with_grid(const AxisParts& grid, std::int64_t first, std::int64_t extent);

/// A part of an axis and how far apart its neighbours lie in memory.
struct PartStride {
  AxisPart part;
  std::int64_t memory = 1;
};

/// The offsets of all indices of a role whose parts these are, in the order of the indices; none where two
/// parts count the same.
std::optional<std::vector<std::int64_t>> offsets_of(std::vector<PartStride> parts);

/// The tokens of one axis that are positions in the picture: the one in row y and column x is token
/// row_tokens[y] + column_tokens[x].
struct TokenGrid {
  std::vector<std::int64_t> row_tokens, column_tokens;
  friend bool operator==(const TokenGrid&, const TokenGrid&) = default;
};

/// None where no token of the axis has a known place.
std::optional<TokenGrid> token_grid(const AxisParts& axis);

/// Combines what two values say about one axis of the same extent.
AxisParts join_axes(const AxisParts& a, const AxisParts& b);

/// The roles after a reshape from one shape to another; axes whose roles do not follow are unknown.
AxisRoles reshaped_roles(const Shape& from, const AxisRoles& roles, const Shape& to);

}  // namespace fovea::ops
