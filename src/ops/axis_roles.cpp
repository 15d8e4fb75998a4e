#include "ops/axis_roles.hpp"

#include "ops/axis_rules.hpp"

#include <algorithm>
#include <array>

namespace fovea::ops {
namespace {

std::size_t index(std::int64_t axis) {
  return static_cast<std::size_t>(axis);
}

/// Of an output of an operator without a rule: the axes of the first input of its shape, or else the batch.
AxisRoles same_shape(const AxisCall& call, std::size_t output) {
  AxisRoles result = call.unknown(output);
  const Shape& y = call.y_shape(output);
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (!call.depends(i))
      continue;
    if (call.x_shape(i) == y)
      return call.x(i);
    const bool has_batch = y.rank() > 0 && call.x_shape(i).rank() > 0 && y[0] == call.x_shape(i)[0] &&
                           role_of_axis(call.x(i), 0) == AxisRole::Batch;
    if (has_batch)
      result[0] = call.x_axis(i, 0);
  }
  return result;
}

AxisRoles roles_after(const AxisCall& call, std::size_t output) {
  bool depends = false;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    depends = depends || call.depends(i);
  if (!depends)
    return {};
  const ir::Traits& traits = call.node.op->traits;
  if (traits.axes && (traits.axes_of_any_input || call.depends(0)))
    return traits.axes(call, output);
  return traits.pointwise && !traits.axes ? broadcast_axes(call, output) : same_shape(call, output);
}

/// Fills in what is not known yet. An axis of extent 1 needs no role.
void fill(AxisRoles& roles, std::size_t axis, const AxisParts& parts) {
  if (roles[axis].empty())
    roles[axis] = parts;
}

/// The roles of the i-th input of a pointwise operator, from its first output.
AxisRoles broadcast_back(const AxisCall& call, std::size_t i) {
  const Shape &x = call.x_shape(i), &y = call.y_shape();
  AxisRoles result(index(x.rank()));
  for (std::int64_t axis = 1; axis <= std::min(x.rank(), y.rank()); ++axis)
    if (x[x.rank() - axis] == y[y.rank() - axis])
      result[index(x.rank() - axis)] = call.y()[index(y.rank() - axis)];
  return result;
}

/// The roles of all axes of the i-th input, from the first output; empty: unknown.
AxisRoles said_by_output(const AxisCall& call, std::size_t i) {
  const ir::Traits& traits = call.node.op->traits;
  if (traits.axes_back)
    return traits.axes_back(call, i);
  return traits.pointwise ? broadcast_back(call, i) : AxisRoles();
}

/// Whether each axis of the i-th input is one of the first output.
bool keeps_axes(const AxisCall& call, std::size_t i) {
  return call.node.op->traits.axes_back || call.x_shape(i) == call.y_shape();
}

/// Fills in the roles of the i-th input that the node requires, or that follow from its output.
void fill_backward(const AxisCall& call, std::size_t i, AxisRoles& x) {
  const ir::InputAxes demanded = i == 0 ? call.node.op->traits.input_axes : ir::InputAxes::Any;
  if (demanded == ir::InputAxes::Picture) {
    if (x.size() != 4 || !(is_cut_features(x) || (x[1].empty() && x[2].empty() && x[3].empty())))
      return;
    if (is_cut_features(x))
      x = AxisRoles(x.size());
    const AxisRoles fixed = picture_roles(call.x_shape(i), false);
    for (std::size_t axis = 0; axis < x.size(); ++axis)
      fill(x, axis, fixed[axis]);
    return;
  }
  const AxisRoles said = said_by_output(call, i);
  // Features that a reshape has divided may be a picture to their reader.
  if (!said.empty() && keeps_axes(call, i) && count_channel_axes(x) > 1 && count_channel_axes(call.y()) == 1)
    x = AxisRoles(x.size());
  for (std::size_t axis = 0; axis < said.size(); ++axis)
    fill(x, axis, said[axis]);
  if (demanded == ir::InputAxes::ChannelsSecond && x.size() >= 2)
    fill(x, 1, whole_axis(AxisRole::Channel, call.x_shape(i)[1]));
}

void follow_forward(const ir::Graph& graph, std::vector<AxisRoles>& roles) {
  for (const ir::Node& node : graph.nodes())
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      AxisRoles& known = roles[index(node.outputs[i])];
      AxisRoles found = roles_after({graph, node, roles}, i);
      if (known.empty())
        known = std::move(found);
      else
        for (std::size_t axis = 0; axis < known.size(); ++axis)
          fill(known, axis, found[axis]);
    }
}

void follow_backward(const ir::Graph& graph, std::vector<AxisRoles>& roles) {
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    for (std::size_t i = 0; i < node->inputs.size(); ++i)
      if (node->inputs[i] != ir::kNoValue && !roles[index(node->inputs[i])].empty())
        fill_backward({graph, *node, roles}, i, roles[index(node->inputs[i])]);
}

}  // namespace

AxisRoles picture_roles(const Shape& shape, bool channels_last) {
  AxisRoles roles(index(shape.rank()));
  if (shape.rank() != 4)
    return roles;
  using enum AxisRole;
  const std::array first = {Batch, Channel, Height, Width}, last = {Batch, Height, Width, Channel};
  for (std::size_t axis = 0; axis < roles.size(); ++axis)
    roles[axis] = whole_axis((channels_last ? last : first)[axis], shape[static_cast<std::int64_t>(axis)]);
  return roles;
}

std::vector<AxisRoles> axis_roles(const ir::Graph& graph, ir::ValueId picture,
                                  const AxisRoles& picture_roles) {
  std::vector<AxisRoles> roles(graph.values().size());
  roles[index(picture)] = picture_roles;
  follow_forward(graph, roles);
  follow_backward(graph, roles);
  follow_forward(graph, roles);
  return roles;
}

}  // namespace fovea::ops
