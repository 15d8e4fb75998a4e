#pragma once

#include "ir/graph.hpp"

#include <vector>

namespace fovea::ir {

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

/// What a rule for the roles of axes sees: a node, and what is known of the graph's values.
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
  /// Output `i` with nothing known of its axes.
  AxisRoles unknown(std::size_t i = 0) const {
    return AxisRoles(static_cast<std::size_t>(y_shape(i).rank()));
  }
  template <class T>
  const T& attributes() const {
    return node.attributes.as<T>();
  }
};

}  // namespace fovea::ir
