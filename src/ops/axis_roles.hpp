#pragma once

#include "fovea/geometry.hpp"
#include "ir/axis_roles.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::ops {

using ir::AxisPart;
using ir::AxisParts;
using ir::AxisRole;
using ir::AxisRoles;

/// For every value of the graph, the roles of its axes. They come from the picture, an input of [N,C,H,W] or
/// as `picture_roles` says, and from operators whose axes have fixed roles (ir::Traits::input_axes), and are
/// followed forward and backward by the operators' own rules (ir::Traits::axes, ir::Traits::axes_back). An
/// operator without a rule, as a caller's own, is taken to keep the axes of an input whose shape its output
/// has.
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
