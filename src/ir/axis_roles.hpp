#pragma once

#include "ir/graph.hpp"

#include <vector>

namespace fovea::ir {

/// The role of an axis of a value, or of a part of an axis. Position: the tokens of a transformer, whose rows
/// and columns are in one axis. Conflict: two inputs of a node disagree.
enum class AxisRole : std::uint8_t { Batch, Channel, Height, Width, Position, Conflict };

/// A part of an axis. Neighbouring indices are `step` apart in the role's unit: windows of 7 rows split a
/// height of 28 into a part of extent 4 and step 7, and one of extent 7 and step 1.
struct AxisPart {
  AxisRole role = AxisRole::Channel;
  std::int64_t extent = 1;
  std::int64_t step = 1;
  /// Where the role's indices begin, counted modulo `whole`: after a slice, or after a roll (the shifted
  /// windows of Swin), whose extents together are `whole`. `whole` is 0 where they begin at 0 as usual.
  std::int64_t first = 0, whole = 0;
  /// Of tokens (Position): the positions in the picture of those from `grid_first` on, outermost part first.
  /// Other tokens, such as a class token, have no place. Empty: no token has a known place.
  std::vector<AxisPart> grid = {};
  std::int64_t grid_first = 0;
  friend bool operator==(const AxisPart&, const AxisPart&) = default;
};

/// The parts of one axis, outermost first. The product of their extents is the axis's extent. Empty: unknown.
using AxisParts = std::vector<AxisPart>;

/// The roles of a value's axes, one entry for each axis. Empty for values that do not depend on the picture.
using AxisRoles = std::vector<AxisParts>;

/// The arguments of a rule for axis roles: a node, and the known roles of the graph's values.
struct AxisCall {
  const Graph& graph;
  const Node& node;
  const std::vector<AxisRoles>& roles;  ///< by value

  const Shape& x_shape(std::size_t i = 0) const { return graph.shape(node.inputs[i]); }
  const Shape& y_shape(std::size_t i = 0) const { return graph.shape(node.outputs[i]); }
  const AxisRoles& x(std::size_t i = 0) const { return roles[static_cast<std::size_t>(node.inputs[i])]; }
  const AxisRoles& y(std::size_t i = 0) const { return roles[static_cast<std::size_t>(node.outputs[i])]; }
  /// One axis of input `i`.
  const AxisParts& x_axis(std::size_t i, std::int64_t axis) const {
    return x(i)[static_cast<std::size_t>(axis)];
  }
  /// Whether an input depends on the picture.
  bool depends(std::size_t i) const {
    return i < node.inputs.size() && node.inputs[i] != kNoValue && !x(i).empty();
  }
  /// The roles of output `i` if nothing is known of them.
  AxisRoles unknown(std::size_t i = 0) const {
    return AxisRoles(static_cast<std::size_t>(y_shape(i).rank()));
  }
  template <class T>
  const T& attributes() const {
    return node.attributes.as<T>();
  }
};

}  // namespace fovea::ir
