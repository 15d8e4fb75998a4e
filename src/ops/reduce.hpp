#pragma once

#include "ir/operator.hpp"
#include "ops/reduce_sum.hpp"

namespace fovea::ops {

/// Shape rule of ReduceSum, ReduceMean and ReduceMax.
std::vector<ir::TensorType> reduce_type(const ir::InferCall& call);

/// Calls f(i, o) for every element i of x in row-major order, o being the element of the reduced result it
/// belongs to.
template <class F>
void for_each_reduced(const Shape& x, const std::vector<std::int64_t>& axes, F&& f);

/// x's shape with extent 1 along the axes.
Shape kept_shape(const Shape& x, const std::vector<std::int64_t>& axes);

}  // namespace fovea::ops

#include "ops/broadcast.hpp"

namespace fovea::ops {

template <class F>
void for_each_reduced(const Shape& x, const std::vector<std::int64_t>& axes, F&& f) {
  const Shape kept = kept_shape(x, axes);
  const auto strides = broadcast_strides(kept, x);
  for_each_pair(x, strides, strides, [&](std::int64_t i, std::int64_t o, std::int64_t) { f(i, o); });
}

}  // namespace fovea::ops
