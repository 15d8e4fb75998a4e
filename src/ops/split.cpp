#include "ops/split.hpp"

#include "base/dispatch.hpp"
#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/concat.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& a = call.attributes.as<SplitAttributes>();
  const Shape& x = call.shape(0);
  FOVEA_CHECK(a.axis >= 0 && a.axis < x.rank(), "axis {} is not an axis of a tensor of {}", a.axis,
              to_string(x));
  FOVEA_CHECK(!a.sizes.empty() &&
                  std::all_of(a.sizes.begin(), a.sizes.end(),
                              [extent = x[a.axis]](auto size) { return size >= 0 && size <= extent; }) &&
                  std::accumulate(a.sizes.begin(), a.sizes.end(), std::int64_t{0}) == x[a.axis],
              "sizes [{}] do not add up to the extent {}", fmt::join(a.sizes, ","), x[a.axis]);
  std::vector<ir::TensorType> types(a.sizes.size(), call.type(0));
  for (std::size_t i = 0; i < types.size(); ++i)
    types[i].shape[a.axis] = a.sizes[i];
  return types;
}

void kernel(const ir::KernelCall& call) {
  const std::int64_t axis = call.attributes.as<SplitAttributes>().axis;
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < axis; ++i)
    rows *= call.shape(0)[i];
  const auto* src = static_cast<const std::byte*>(call.inputs[0].data);
  for (std::int64_t row = 0; row < rows; ++row)
    for (const ir::TensorView& y : call.outputs) {
      const std::size_t bytes = static_cast<std::size_t>(y.shape.elements() / rows) * size_of(y.dtype);
      if (y && bytes > 0)
        std::memcpy(static_cast<std::byte*>(y.data) + static_cast<std::size_t>(row) * bytes, src, bytes);
      src += bytes;
    }
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  std::vector<ir::ValueId> parts;
  for (std::size_t i = 0; i < c.node().outputs.size(); ++i)
    parts.push_back(c.dy(i) != ir::kNoValue
                        ? c.dy(i)
                        : c.graph().add_constant(c.node().name + "/grad/zeros",
                                                 Tensor(c.dtype(c.y(i)), c.shape(c.y(i)))));
  return {c.emit(concat(), parts, ConcatAttributes{.axis = c.attributes<SplitAttributes>().axis})};
}

/// Where the i-th part begins.
std::int64_t start_of(const SplitAttributes& a, std::size_t i) {
  return std::accumulate(a.sizes.begin(), a.sizes.begin() + static_cast<std::ptrdiff_t>(i), std::int64_t{0});
}

Reach reach_rule(const ReachCall& call, std::size_t i) {
  const auto& a = call.attributes<SplitAttributes>();
  const std::int64_t start = start_of(a, i);
  return along_both(call.x(), [&](const FieldAxis& field, std::int64_t axis) {
    return axis == a.axis ? through_slice(field, start, 1) : field;
  });
}

AxisRoles axes_rule(const AxisCall& call, std::size_t i) {
  const auto& a = call.attributes<SplitAttributes>();
  AxisRoles result = call.x();
  const auto axis = static_cast<std::size_t>(a.axis);
  result[axis] = sliced_axis(call.x(), axis, start_of(a, i), 1, a.sizes[i]);
  return result;
}

}  // namespace

const ir::Operator& split() {
  static const ir::Operator op{"Split",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               SplitAttributes{},
                               {.moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = reach_rule,
                                .axes = axes_rule}};
  return op;
}

}  // namespace fovea::ops
