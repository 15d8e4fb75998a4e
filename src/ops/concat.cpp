#include "ops/concat.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/reach_rules.hpp"
#include "ops/split.hpp"

#include <cstring>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const std::int64_t axis = call.attributes.as<ConcatAttributes>().axis;
  ir::TensorType y = call.type(0);
  FOVEA_CHECK(axis >= 0 && axis < y.shape.rank(), "axis {} is not an axis of a tensor of {}", axis,
              to_string(y.shape));
  for (std::size_t i = 1; i < call.inputs.size(); ++i) {
    Shape expected = y.shape;
    const Shape& x = call.shape(i);
    if (x.rank() == expected.rank())
      expected[axis] = x[axis];
    FOVEA_CHECK(x == expected && call.dtype(i) == y.dtype,
                "input {} of {} {} does not continue {} {} along axis {}", i, name_of(call.dtype(i)),
                to_string(x), name_of(y.dtype), to_string(y.shape), axis);
    y.shape[axis] += x[axis];
  }
  return {y};
}

void kernel(const ir::KernelCall& call) {
  const std::int64_t axis = call.attributes.as<ConcatAttributes>().axis;
  const Shape& y = call.outputs[0].shape;
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < axis; ++i)
    rows *= y[i];
  auto* dst = static_cast<std::byte*>(call.outputs[0].data);
  for (std::int64_t row = 0; row < rows; ++row)
    for (const ir::TensorView& x : call.inputs) {
      const std::size_t bytes = static_cast<std::size_t>(x.shape.elements() / rows) * size_of(x.dtype);
      if (bytes == 0)
        continue;
      std::memcpy(dst, static_cast<const std::byte*>(x.data) + static_cast<std::size_t>(row) * bytes, bytes);
      dst += bytes;
    }
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  SplitAttributes back{.axis = c.attributes<ConcatAttributes>().axis, .sizes = {}};
  for (std::size_t i = 0; i < c.input_count(); ++i)
    back.sizes.push_back(c.shape(c.x(i))[back.axis]);
  std::vector<ir::ValueId> dx = c.graph().add_node(split(), back, {c.dy()}, c.node().name + "/grad").outputs;
  for (std::size_t i = 0; i < dx.size(); ++i)
    if (!c.needs(i))
      dx[i] = ir::kNoValue;
  return dx;
}

Reach reach_rule(const ReachCall& call, std::size_t) {
  Reach all;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    all = unite(all, call.x(i));
  const bool spreads =
      all.of == Reach::Of::Fields && is_picture_axis(all, call.attributes<ConcatAttributes>().axis);
  return spreads ? kWholePicture : all;
}

/// The axis along which values are joined: channels, or a row, column or list of positions.
AxisParts joined_axis(const AxisCall& call, std::int64_t axis) {
  std::optional<AxisRole> all;
  std::int64_t step = 1;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    if (!call.depends(i) || call.x_axis(i, axis).empty())
      continue;
    const auto role = role_of_axis(call.x(i), static_cast<std::size_t>(axis));
    if (!role || (all && *all != *role && !(is_spatial(*all) && is_spatial(*role))))
      return {};
    step = call.x_axis(i, axis).back().step;
    all = !all || *all == *role ? role : AxisRole::Position;
  }
  return all ? AxisParts{{*all, call.y_shape()[axis], step}} : AxisParts{};
}

/// The axis if what is joined are the ends of one axis in exchanged order (a roll).
std::optional<AxisParts> roll_of(const AxisCall& call, std::int64_t axis) {
  std::vector<AxisParts> pieces;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
    pieces.push_back(call.depends(i) ? call.x_axis(i, axis) : AxisParts{});
  return rolled_axis(pieces, call.y_shape()[axis]);
}

/// The axis if one operand's is a list of positions in the picture, and the others' are tokens without a
/// place there, such as a class token.
std::optional<AxisParts> tokens_of(const AxisCall& call, std::int64_t axis) {
  std::optional<AxisParts> found;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < call.node.inputs.size(); ++i) {
    const AxisParts parts = call.depends(i) ? call.x_axis(i, axis) : AxisParts{};
    const auto tokens = tokens_with_grid(parts, first, call.y_shape()[axis]);
    if (tokens && found)
      return {};
    if (tokens)
      found = tokens;
    first += call.x_shape(i)[axis];
  }
  return found;
}

AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  const std::int64_t along = call.attributes<ConcatAttributes>().axis;
  AxisRoles result = call.unknown();
  for (std::size_t axis = 0; axis < result.size(); ++axis)
    for (std::size_t i = 0; i < call.node.inputs.size(); ++i)
      if (call.depends(i))
        result[axis] = join_axes(result[axis], call.x(i)[axis]);
  if (call.node.inputs.size() < 2)
    return result;
  std::optional<AxisParts> joined = roll_of(call, along);
  if (!joined)
    joined = tokens_of(call, along);
  result[static_cast<std::size_t>(along)] = joined ? *joined : joined_axis(call, along);
  return result;
}

}  // namespace

const ir::Operator& concat() {
  static const ir::Operator op{"Concat",
                               {"xs..."},
                               infer,
                               kernel,
                               gradient,
                               ConcatAttributes{},
                               {.sign = ir::ResultSign::OfAll,
                                .relevance = ir::Relevance::Routed,
                                .reach = reach_rule,
                                .reach_of_any_input = true,
                                .axes = axes_rule,
                                .axes_of_any_input = true}};
  return op;
}

}  // namespace fovea::ops
