#include "ops/reshape.hpp"

#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/reach_rules.hpp"

#include <cstring>
#include <functional>
#include <numeric>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ReshapeAttributes>();
  FOVEA_CHECK(a.shape.elements() == call.shape(0).elements(), "a tensor of {} cannot take the shape {}",
              to_string(call.shape(0)), to_string(a.shape));
  return {{call.dtype(0), a.shape}};
}

void kernel(const ir::KernelCall& call) {
  const auto bytes = static_cast<std::size_t>(call.count(0)) * size_of(call.dtype(0));
  if (bytes > 0)
    std::memcpy(call.outputs[0].data, call.inputs[0].data, bytes);
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  return {c.emit(reshape(), {c.dy()}, ReshapeAttributes{.shape = c.shape(c.x())})};
}

/// The axis of `to` with the same extent and as many elements behind it as `axis` of `from` has; -1: none.
std::int64_t same_axis(const Shape& from, std::int64_t axis, const Shape& to) {
  const auto behind = [](const Shape& shape, std::int64_t a) {
    return std::accumulate(shape.begin() + a + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
  };
  for (std::int64_t a = to.rank() - 1; a >= 0; --a)
    if (to[a] == from[axis] && behind(to, a) == behind(from, axis))
      return a;
  return -1;
}

/// Reshapes that leave both axes of the picture as they are, as a channel shuffle's do.
Reach reach_rule(const ReachCall& call, std::size_t) {
  Reach reach = call.x();
  for (std::int64_t* axis : {&reach.field.height_axis, &reach.field.width_axis})
    *axis = same_axis(call.x_shape(), *axis, call.y_shape());
  const bool kept = reach.field.height_axis >= 0 && reach.field.width_axis >= 0 &&
                    reach.field.height_axis != reach.field.width_axis;
  return kept ? reach : kWholePicture;
}

AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  return reshaped_roles(call.x_shape(), call.x(), call.y_shape());
}

}  // namespace

const ir::Operator& reshape() {
  static const ir::Operator op{"Reshape",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               ReshapeAttributes{},
                               {.moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = reach_rule,
                                .axes = axes_rule}};
  return op;
}

}  // namespace fovea::ops
