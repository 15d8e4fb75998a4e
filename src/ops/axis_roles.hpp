#pragma once

#include "fovea/geometry.hpp"
#include "ir/graph.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::ops {

/// What an axis of a value, or a part of one, counts. Position: the tokens of a transformer, where rows and
/// columns are no longer apart. Conflict: two inputs of a node say different things of it.
enum class AxisRole : std::uint8_t { Batch, Channel, Height, Width, Position, Conflict };

/// A part of an axis. Neighbours are `step` apart in what the role counts: windows of 7 rows split the height
/// of 28 into a part of extent 4 and step 7, and one of extent 7 and step 1.
struct AxisPart {
  AxisRole role = AxisRole::Channel;
  std::int64_t extent = 1;
  std::int64_t step = 1;
  friend bool operator==(const AxisPart&, const AxisPart&) = default;
};

/// The parts of one axis, outermost first. The product of their extents is the axis' own; none: not known.
using AxisParts = std::vector<AxisPart>;

/// What is known of a value's axes, one entry for each. Empty for values that do not depend on the picture.
using AxisRoles = std::vector<AxisParts>;

/// For every value of the graph, the roles of its axes. They come from the picture, an input of [N,C,H,W] or
/// as `picture` says, and from operators whose axes have fixed roles (convolutions, pools, batch
/// normalisation), and are followed forward and backward through all that moves, joins, cuts, splits and
/// merges axes. An operator that fovea knows nothing of, a caller's own, is taken to keep the axes of an
/// input whose shape its output has.
std::vector<AxisRoles> axis_roles(const ir::Graph& graph, ir::ValueId picture,
                                  const AxisRoles& picture_roles);

/// The roles of a picture of that shape: [N,C,H,W], or with channels last [N,H,W,C]. None for other ranks.
AxisRoles picture_roles(const Shape& shape, bool channels_last);

/// Where the elements of a value with these roles lie, by picture, channel and position. A value of rank 2
/// whose second axis is not known, or whose second axis mixes channels and positions (Flatten), has channels
/// there. None where the roles of some axis are not known or two axes count the same (attention).
std::optional<LayerLayout> layer_layout(const Shape& shape, const AxisRoles& roles);

/// One text for each axis: "N", "C", "H", "W", "T" (positions); several letters for an axis of several parts
/// ("HW"), "?" where it is not known.
std::vector<std::string> axis_names(const Shape& shape, const AxisRoles& roles);

}  // namespace fovea::ops
