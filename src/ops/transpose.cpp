#include "ops/transpose.hpp"

#include "ir/gradient_context.hpp"
#include "ops/axis_rules.hpp"
#include "ops/broadcast.hpp"
#include "ops/reach_rules.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

std::vector<ir::TensorType> infer(const ir::InferCall& call) {
  const auto& perm = call.attributes.as<TransposeAttributes>().perm;
  const Shape& x = call.shape(0);
  std::vector<bool> seen(static_cast<std::size_t>(x.rank()), false);
  std::vector<std::int64_t> dims;
  for (std::int64_t axis : perm) {
    FOVEA_CHECK(axis >= 0 && axis < x.rank() && !seen[static_cast<std::size_t>(axis)],
                "[{}] is not a permutation of the axes of {}", fmt::join(perm, ","), to_string(x));
    seen[static_cast<std::size_t>(axis)] = true;
    dims.push_back(x[axis]);
  }
  FOVEA_CHECK(dims.size() == seen.size(), "[{}] is not a permutation of the axes of {}", fmt::join(perm, ","),
              to_string(x));
  return {{call.dtype(0), Shape(std::move(dims))}};
}

void kernel(const ir::KernelCall& call) {
  const auto& perm = call.attributes.as<TransposeAttributes>().perm;
  const auto x_strides = broadcast_strides(call.shape(0), call.shape(0));
  std::vector<std::int64_t> strides;
  for (std::int64_t axis : perm)
    strides.push_back(x_strides[static_cast<std::size_t>(axis)]);
  dispatch(call.dtype(0), [&]<class T>(T) {
    const T* x = call.input<T>(0);
    T* y = call.output<T>();
    for_each_pair(call.outputs[0].shape, strides, strides,
                  [&](std::int64_t i, std::int64_t from, std::int64_t) { y[i] = x[from]; });
  });
}

std::vector<ir::ValueId> gradient(ir::GradientContext& c) {
  const auto& perm = c.attributes<TransposeAttributes>().perm;
  std::vector<std::int64_t> inverse(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    inverse[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  return {c.emit(transpose(), {c.dy()}, TransposeAttributes{.perm = inverse})};
}

Reach reach_rule(const ReachCall& call, std::size_t) {
  const auto& perm = call.attributes<TransposeAttributes>().perm;
  Reach reach = call.x();
  for (std::int64_t* axis : {&reach.field.height_axis, &reach.field.width_axis})
    *axis = std::find(perm.begin(), perm.end(), *axis) - perm.begin();
  return reach;
}

AxisRoles axes_rule(const AxisCall& call, std::size_t) {
  AxisRoles result;
  for (const std::int64_t axis : call.attributes<TransposeAttributes>().perm)
    result.push_back(call.x_axis(0, axis));
  return result;
}

AxisRoles axes_back_rule(const AxisCall& call, std::size_t) {
  const auto& perm = call.attributes<TransposeAttributes>().perm;
  AxisRoles result(perm.size());
  for (std::size_t axis = 0; axis < perm.size(); ++axis)
    result[static_cast<std::size_t>(perm[axis])] = call.y()[axis];
  return result;
}

}  // namespace

const ir::Operator& transpose() {
  static const ir::Operator op{"Transpose",
                               {"x"},
                               infer,
                               kernel,
                               gradient,
                               TransposeAttributes{},
                               {.moves_elements = true,
                                .sign = ir::ResultSign::OfFirst,
                                .relevance = ir::Relevance::Routed,
                                .reach = reach_rule,
                                .axes = axes_rule,
                                .axes_back = axes_back_rule}};
  return op;
}

}  // namespace fovea::ops
