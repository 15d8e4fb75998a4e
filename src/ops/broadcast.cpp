#include "ops/broadcast.hpp"

#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"

#include <algorithm>

namespace fovea::ops {

Shape broadcast(const Shape& a, const Shape& b) {
  const std::int64_t rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> dims(static_cast<std::size_t>(rank));
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    const std::int64_t ia = axis - (rank - a.rank()), ib = axis - (rank - b.rank());
    const std::int64_t da = ia < 0 ? 1 : a[ia], db = ib < 0 ? 1 : b[ib];
    FOVEA_CHECK(da == db || da == 1 || db == 1, "shapes {} and {} cannot be broadcast together", to_string(a),
                to_string(b));
    dims[static_cast<std::size_t>(axis)] = da == 1 ? db : da;
  }
  return Shape(std::move(dims));
}

std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to) {
  std::vector<std::int64_t> strides(static_cast<std::size_t>(to.rank()), 0);
  std::int64_t stride = 1;
  for (std::int64_t axis = from.rank() - 1; axis >= 0; --axis) {
    if (from[axis] != 1)
      strides[static_cast<std::size_t>(axis + to.rank() - from.rank())] = stride;
    stride *= from[axis];
  }
  return strides;
}

OperandWalk merge_axes(const std::vector<std::int64_t>& extents,
                       const std::vector<std::vector<std::int64_t>>& strides) {
  OperandWalk walk;
  walk.strides.resize(strides.size());
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    const std::int64_t extent = extents[axis];
    if (extent == 1)
      continue;
    bool merges = !walk.extents.empty();
    for (std::size_t i = 0; i < strides.size() && merges; ++i)
      merges = walk.strides[i].back() == strides[i][axis] * extent;
    if (merges)
      walk.extents.back() *= extent;
    else
      walk.extents.push_back(extent);
    for (std::size_t i = 0; i < strides.size(); ++i) {
      if (merges)
        walk.strides[i].back() = strides[i][axis];
      else
        walk.strides[i].push_back(strides[i][axis]);
    }
  }
  if (walk.extents.empty()) {
    walk.extents = {1};
    walk.strides.assign(strides.size(), {0});
  }
  return walk;
}

OperandWalk merge_axes(const Shape& shape, const std::vector<std::int64_t>& a_strides,
                       const std::vector<std::int64_t>& b_strides) {
  return merge_axes(shape.dims(), {a_strides, b_strides});
}

void check_same_dtype(const ir::InferCall& call) {
  FOVEA_CHECK(call.dtype(0) == call.dtype(1), "operands have element types {} and {}", name_of(call.dtype(0)),
              name_of(call.dtype(1)));
}

std::vector<ir::TensorType> binary_type(const ir::InferCall& call) {
  check_same_dtype(call);
  FOVEA_CHECK(is_numeric(call.dtype(0)), "expected floating or int64 operands, found {}",
              name_of(call.dtype(0)));
  return {{call.dtype(0), broadcast(call.shape(0), call.shape(1))}};
}

ir::ValueId sum_to_shape(ir::GradientContext& c, ir::ValueId gradient, const Shape& shape) {
  const Shape from = c.shape(gradient);
  std::vector<std::int64_t> axes;
  const std::int64_t added = from.rank() - shape.rank();
  for (std::int64_t axis = 0; axis < from.rank(); ++axis)
    if (axis < added || (shape[axis - added] == 1 && from[axis] != 1))
      axes.push_back(axis);
  if (!axes.empty())
    gradient = c.emit(reduce_sum(), {gradient}, ReduceAttributes{.axes = axes, .keep_dims = 1});
  return c.shape(gradient) == shape ? gradient
                                    : c.emit(reshape(), {gradient}, ReshapeAttributes{.shape = shape});
}

}  // namespace fovea::ops
