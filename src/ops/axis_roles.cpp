#include "ops/axis_roles.hpp"

#include "ops/average_pool.hpp"
#include "ops/axis_parts.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/concat.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gather.hpp"
#include "ops/gemm.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/interpolate.hpp"
#include "ops/lrn.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max_pool.hpp"
#include "ops/pad.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/slice.hpp"
#include "ops/split.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <array>

namespace fovea::ops {
namespace {

std::size_t index(std::int64_t axis) {
  return static_cast<std::size_t>(axis);
}

/// One node, and what is known of the values before it.
struct Call {
  const ir::Graph& graph;
  const ir::Node& node;
  const std::vector<AxisRoles>& roles;

  const Shape& x_shape(std::size_t i = 0) const { return graph.shape(node.inputs[i]); }
  const Shape& y_shape(std::size_t i = 0) const { return graph.shape(node.outputs[i]); }
  bool has(std::size_t i) const { return i < node.inputs.size() && node.inputs[i] != ir::kNoValue; }
  /// Whether an input depends on the picture.
  bool depends(std::size_t i) const { return has(i) && !roles[index(node.inputs[i])].empty(); }
  const AxisRoles& x(std::size_t i = 0) const { return roles[index(node.inputs[i])]; }
  template <class T>
  const T& attributes() const {
    return node.attributes.as<T>();
  }
  /// Output `i` with nothing known of its axes.
  AxisRoles unknown(std::size_t i = 0) const { return AxisRoles(index(y_shape(i).rank())); }
};

/// The roles of output `i` of a node whose first input depends on the picture.
using Rule = AxisRoles (*)(const Call& call, std::size_t i);

/// Joins what inputs of the given numbers say of an output that they broadcast to.
AxisRoles broadcast_roles(const Call& call, std::size_t output) {
  const Shape& y = call.y_shape(output);
  AxisRoles result = call.unknown(output);
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (!call.depends(i))
      continue;
    const Shape& x = call.x_shape(i);
    for (std::int64_t axis = 0; axis < std::min(x.rank(), y.rank()); ++axis) {
      const std::int64_t from = x.rank() - 1 - axis, to = y.rank() - 1 - axis;
      if (x[from] == y[to])
        result[index(to)] = join_axes(result[index(to)], call.x(i)[index(from)]);
    }
  }
  return result;
}

/// Whether what a convolution reads is features cut up by a reshape: channels on axis 1 and on another.
bool is_cut_features(const AxisRoles& x) {
  return count_channel_axes(x) > 1 && role_of_axis(x, 1) == AxisRole::Channel;
}

/// The axis of the picture that axis 2 or 3 of a convolution's result runs along.
AxisParts windowed_axis(const Call& call, const AxisRoles& x, std::int64_t axis) {
  const std::int64_t extent = call.y_shape()[axis];
  const bool free = x[2].empty() && x[3].empty();
  if (free || (x[index(axis)].empty() && call.x_shape()[axis] == 1))
    return whole_axis(axis == 2 ? AxisRole::Height : AxisRole::Width, extent);
  return resized_axis(x, index(axis), extent);
}

/// Convolutions and pools: [N,C,H,W]. Where axis 1 counts positions (a convolution that mixes tokens), so
/// does that of the result.
AxisRoles window(const Call& call, std::size_t output) {
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

AxisRoles reduce(const Call& call, std::size_t) {
  const auto& a = call.attributes<ReduceAttributes>();
  AxisRoles result;
  for (std::int64_t axis = 0; axis < call.x_shape().rank(); ++axis) {
    const AxisParts& parts = call.x()[index(axis)];
    if (std::find(a.axes.begin(), a.axes.end(), axis) == a.axes.end())
      result.push_back(parts);
    else if (a.keep_dims != 0)
      result.push_back(parts.size() == 1 ? whole_axis(parts.front().role, 1) : AxisParts{});
  }
  return result;
}

AxisRoles transposed(const Call& call, std::size_t) {
  AxisRoles result;
  for (const std::int64_t axis : call.attributes<TransposeAttributes>().perm)
    result.push_back(call.x()[index(axis)]);
  return result;
}

AxisRoles reshaped(const Call& call, std::size_t) {
  return reshaped_roles(call.x_shape(), call.x(), call.y_shape());
}

/// Of one rank: slices, parts, borders, other sizes.
AxisRoles resized(const Call& call, std::size_t output) {
  AxisRoles result;
  for (std::size_t axis = 0; axis < call.x().size(); ++axis)
    result.push_back(resized_axis(call.x(), axis, call.y_shape(output)[static_cast<std::int64_t>(axis)]));
  return result;
}

/// The axis along which values are joined: channels, or a row, column or list of positions.
AxisParts concatenated_axis(const Call& call, std::size_t axis) {
  std::optional<AxisRole> all;
  std::int64_t step = 1;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (!call.depends(i) || call.x(i)[axis].empty())
      continue;
    const auto role = role_of_axis(call.x(i), axis);
    if (!role || (all && *all != *role && !(is_spatial(*all) && is_spatial(*role))))
      return {};
    step = call.x(i)[axis].back().step;
    all = !all || *all == *role ? role : AxisRole::Position;
  }
  return all ? AxisParts{{*all, call.y_shape()[static_cast<std::int64_t>(axis)], step}} : AxisParts{};
}

AxisRoles concatenated(const Call& call, std::size_t) {
  const auto along = index(call.attributes<ConcatAttributes>().axis);
  AxisRoles result = call.unknown();
  for (std::size_t axis = 0; axis < result.size(); ++axis) {
    if (axis == along && call.node.inputs.size() > 1) {
      result[axis] = concatenated_axis(call, axis);
      continue;
    }
    for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
      if (call.depends(i))
        result[axis] = join_axes(result[axis], call.x(i)[axis]);
  }
  return result;
}

/// Whether indices into an axis keep the order of what they pick.
bool keeps_order(const Tensor& indices, std::int64_t extent) {
  std::vector<std::int64_t> places;
  for (const std::int64_t i : indices.data<std::int64_t>())
    places.push_back(i < 0 ? i + extent : i);
  return std::is_sorted(places.begin(), places.end()) || std::is_sorted(places.rbegin(), places.rend());
}

AxisRoles gathered(const Call& call, std::size_t) {
  const std::int64_t axis = call.attributes<GatherAttributes>().axis;
  const Shape& indices = call.x_shape(1);
  AxisRoles result = call.x();
  const auto at = result.begin() + axis;
  if (indices.rank() != 1) {
    const auto after = result.erase(at);
    result.insert(after, index(indices.rank()), AxisParts{});
    return result;
  }
  const auto& constant = call.graph.value(call.node.inputs[1]).constant;
  const auto role = role_of_axis(call.x(), index(axis));
  const bool keeps = role == AxisRole::Channel || (constant && keeps_order(*constant, call.x_shape()[axis]));
  *at = keeps ? resized_axis(call.x(), index(axis), indices[0]) : AxisParts{};
  return result;
}

/// What a sum over an axis of x makes of it, of another extent: features are channels, and mixtures of tokens
/// are positions.
AxisParts mixed_axis(const AxisRoles& x, std::size_t axis, std::int64_t extent) {
  bool channels_elsewhere = false;
  for (std::size_t other = 0; other < x.size(); ++other)
    channels_elsewhere = channels_elsewhere || (other != axis && role_of_axis(x, other) == AxisRole::Channel);
  const auto role = role_of_axis(x, axis);
  if (role == AxisRole::Channel || !channels_elsewhere)
    return role == AxisRole::Batch ? AxisParts{} : whole_axis(AxisRole::Channel, extent);
  return role && is_spatial(*role) ? whole_axis(AxisRole::Position, extent) : AxisParts{};
}

/// y = a * b: the last axis of a and the one before the last of b are summed over.
AxisRoles multiplied(const Call& call, std::size_t) {
  AxisRoles result = call.unknown();
  const std::int64_t rank = call.y_shape().rank(), ra = call.x_shape(0).rank(), rb = call.x_shape(1).rank();
  if (ra < 2 || rb < 2)
    return result;
  const bool a = call.depends(0), b = call.depends(1);
  for (std::int64_t axis = 3; axis <= rank; ++axis)  // from the end
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t at = call.x_shape(i).rank() - axis;
      if (call.depends(i) && at >= 0 && call.x_shape(i)[at] == call.y_shape()[rank - axis])
        result[index(rank - axis)] = join_axes(result[index(rank - axis)], call.x(i)[index(at)]);
    }
  const std::int64_t rows = call.y_shape()[rank - 2], columns = call.y_shape()[rank - 1];
  result[index(rank - 2)] = a ? call.x(0)[index(ra - 2)] : mixed_axis(call.x(1), index(rb - 2), rows);
  result[index(rank - 1)] = b ? call.x(1)[index(rb - 1)] : mixed_axis(call.x(0), index(ra - 1), columns);
  return result;
}

AxisRoles gemm_rule(const Call& call, std::size_t) {
  const auto& g = call.attributes<GemmAttributes>();
  const bool a = call.depends(0), b = call.depends(1);
  if (!a && !b)
    return broadcast_roles(call, 0);
  const std::size_t a_row = g.trans_a != 0 ? 1 : 0, b_row = g.trans_b != 0 ? 1 : 0;
  const std::int64_t rows = call.y_shape()[0], columns = call.y_shape()[1];
  return {a ? call.x(0)[a_row] : mixed_axis(call.x(1), b_row, rows),
          b ? call.x(1)[1 - b_row] : mixed_axis(call.x(0), 1 - a_row, columns)};
}

/// Of an output of an operator without a rule: the axes of the first input of its shape, or else the batch.
AxisRoles same_shape(const Call& call, std::size_t output) {
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
      result[0] = call.x(i)[0];
  }
  return result;
}

struct Row {
  const ir::Operator* op;
  Rule rule;
  bool is_window = false;  ///< x is [N,C,H,W], whatever is known of it
};

const Row* row_of(const ir::Operator* op) {
  static const std::array rows = {
      Row{&average_pool(), window, true},
      Row{&concat(), concatenated},
      Row{&conv(), window, true},
      Row{&conv_transpose(), window, true},
      Row{&gather(), gathered},
      Row{&gemm(), gemm_rule},
      Row{&global_average_pool(), window, true},
      Row{&interpolate(), resized},
      Row{&mat_mul(), multiplied},
      Row{&max_pool(), window, true},
      Row{&pad(), resized},
      Row{&reduce_max(), reduce},
      Row{&reduce_mean(), reduce},
      Row{&reduce_prod(), reduce},
      Row{&reduce_sum(), reduce},
      Row{&reshape(), reshaped},
      Row{&slice(), resized},
      Row{&split(), resized},
      Row{&transpose(), transposed},
  };
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.op == op; });
  return at == rows.end() ? nullptr : &*at;
}

AxisRoles roles_after(const Call& call, std::size_t output) {
  bool depends = false;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    depends = depends || call.depends(i);
  if (!depends)
    return {};
  if (call.node.op->traits.pointwise)
    return broadcast_roles(call, output);
  const Row* row = row_of(call.node.op);
  const bool any_input =
      row && (row->rule == concatenated || row->rule == multiplied || row->rule == gemm_rule);
  return row && (any_input || call.depends(0)) ? row->rule(call, output) : same_shape(call, output);
}

/// Fills in what is not known yet. An axis of extent 1 needs no role.
void fill(AxisRoles& roles, std::size_t axis, const AxisParts& parts) {
  if (roles[axis].empty())
    roles[axis] = parts;
}

/// What a node demands of its i-th input, or its output says of it.
void fill_backward(const ir::Graph& graph, const ir::Node& node, std::size_t i,
                   std::vector<AxisRoles>& roles) {
  AxisRoles& x = roles[index(node.inputs[i])];
  const AxisRoles& y = roles[index(node.outputs.front())];
  const Shape &x_shape = graph.shape(node.inputs[i]), &y_shape = graph.shape(node.outputs.front());
  const Row* row = row_of(node.op);
  // What a reshape has cut features into, its reader may know as a picture.
  const bool may_replace = count_channel_axes(x) > 1 && count_channel_axes(y) == 1;
  if (row && row->is_window && i == 0 && x.size() == 4 &&
      (is_cut_features(x) || (x[1].empty() && x[2].empty() && x[3].empty()))) {
    const AxisRoles fixed = picture_roles(x_shape, false);
    if (is_cut_features(x))
      x = AxisRoles(x.size());
    for (std::size_t axis = 0; axis < x.size(); ++axis)
      fill(x, axis, fixed[axis]);
  } else if (node.op == &transpose()) {
    const auto& perm = node.attributes.as<TransposeAttributes>().perm;
    if (may_replace)
      x = AxisRoles(x.size());
    for (std::size_t axis = 0; axis < perm.size(); ++axis)
      fill(x, index(perm[axis]), y[axis]);
  } else if (node.op->traits.pointwise) {
    if (may_replace && x_shape == y_shape)
      x = AxisRoles(x.size());
    for (std::int64_t axis = 1; axis <= x_shape.rank(); ++axis)
      if (axis <= y_shape.rank() && x_shape[x_shape.rank() - axis] == y_shape[y_shape.rank() - axis])
        fill(x, index(x_shape.rank() - axis), y[index(y_shape.rank() - axis)]);
    const bool has_channels = (node.op == &batch_normalization() || node.op == &lrn()) && i == 0;
    if (has_channels && x.size() >= 2)
      fill(x, 1, whole_axis(AxisRole::Channel, x_shape[1]));
  }
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
        fill_backward(graph, *node, i, roles);
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
