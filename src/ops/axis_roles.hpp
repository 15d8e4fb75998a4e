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

/// The roles of the axes of every value of the graph. They start at the picture, an input of [N,C,H,W] or
/// with the given `picture_roles`, and at operators whose axes have fixed roles (ir::Traits::input_axes), and
/// are propagated forward and backward by the operators' rules (ir::Traits::axes, ir::Traits::axes_back). An
/// operator without a rule, such as a custom one, is assumed to keep the axes of an input that has its
/// output's shape.
std::vector<AxisRoles> axis_roles(const ir::Graph& graph, ir::ValueId picture,
                                  const AxisRoles& picture_roles);

/// The roles of a picture of that shape: [N,C,H,W], or with channels last [N,H,W,C]. None for other ranks.
AxisRoles picture_roles(const Shape& shape, bool channels_last);

/// The arrangement of a value's elements by picture, channel and position. If the second axis of a value of
/// rank 2 is unknown or mixes channels and positions (Flatten), it counts as channels. None if the roles of
/// an axis are unknown or two axes have the same role (attention).
std::optional<LayerLayout> layer_layout(const Shape& shape, const AxisRoles& roles);

/// One text for each axis: "N", "C", "H", "W", "T" (positions); several letters for an axis of several parts
/// ("HW"), "?" where it is not known.
std::vector<std::string> axis_names(const Shape& shape, const AxisRoles& roles);

}  // namespace fovea::ops
