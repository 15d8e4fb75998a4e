#include "ops/pool_window.hpp"

#include "base/ceil_div.hpp"
#include "ops/conv_transpose.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

PoolAxis pool_axis(const PoolGeometry& g, std::size_t axis, std::int64_t in) {
  PoolAxis a{g.kernel[axis], g.strides[axis], g.pads[axis], g.pads[axis + 2], g.dilations[axis], in, 0};
  const std::int64_t window = a.dilation * (a.kernel - 1) + 1;
  const std::int64_t room = in + a.pad_begin + a.pad_end - window;
  // In ceil_mode even the first window may hang over, by less than a stride.
  FOVEA_CHECK(room >= 0 || (g.ceil_mode != 0 && room > -a.stride),
              "the window of {} does not fit into the padded extent {}", window, room + window);
  a.out = (g.ceil_mode != 0 ? ceil_div(room, a.stride) : room / a.stride) + 1;
  if (g.ceil_mode != 0 && (a.out - 1) * a.stride >= in + a.pad_begin)
    --a.out;
  return a;
}

}  // namespace

TapRange PoolAxis::taps(std::int64_t o, std::int64_t low, std::int64_t high) const {
  const std::int64_t start = position(o, 0);
  const std::int64_t end = std::clamp<std::int64_t>(ceil_div(high - start, dilation), 0, kernel);
  return {std::clamp<std::int64_t>(ceil_div(low - start, dilation), 0, end), end};
}

PoolWindow pool_window(const PoolGeometry& geometry, std::int64_t height, std::int64_t width) {
  check_window(geometry.strides, geometry.pads, geometry.dilations);
  FOVEA_CHECK(geometry.kernel.size() == 2 && geometry.kernel[0] >= 1 && geometry.kernel[1] >= 1,
              "expected a kernel of two positive numbers, found [{}]", fmt::join(geometry.kernel, ","));
  FOVEA_CHECK(height >= 1 && width >= 1, "a plane of {}x{} cannot be pooled", height, width);
  return {pool_axis(geometry, 0, height), pool_axis(geometry, 1, width)};
}

Shape pooled_shape(const PoolGeometry& geometry, const ir::TensorType& x) {
  FOVEA_CHECK(x.shape.rank() == 4, "expected x of rank 4 (images), found {}", to_string(x.shape));
  FOVEA_CHECK(is_floating(x.dtype), "expected a floating-point tensor, found {}", name_of(x.dtype));
  const PoolWindow window = pool_window(geometry, x.shape[2], x.shape[3]);
  return {x.shape[0], x.shape[1], window.h.out, window.w.out};
}

}  // namespace fovea::ops
