#include "ops/reduce.hpp"

namespace fovea::ops {

Shape kept_shape(const Shape& x, const std::vector<std::int64_t>& axes) {
  Shape kept = x;
  for (std::int64_t axis : axes)
    kept[axis] = 1;
  return kept;
}

std::vector<ir::TensorType> reduce_type(const ir::InferCall& call) {
  const auto& a = call.attributes.as<ReduceAttributes>();
  const Shape& x = call.shape(0);
  std::vector<std::int64_t> dims;
  std::size_t next = 0;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    const bool reduced = next < a.axes.size() && a.axes[next] == axis;
    next += reduced ? 1 : 0;
    if (!reduced || a.keep_dims != 0)
      dims.push_back(reduced ? 1 : x[axis]);
  }
  FOVEA_CHECK(next == a.axes.size(), "axes [{}] are not ascending axes of a tensor of {}",
              fmt::join(a.axes, ","), to_string(x));
  return {{call.dtype(0), Shape(std::move(dims))}};
}

}  // namespace fovea::ops
