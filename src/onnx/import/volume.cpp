#include "onnx/import/volume.hpp"

#include "ops/add.hpp"
#include "ops/conv.hpp"
#include "ops/pad.hpp"
#include "ops/slice.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <array>

namespace fovea::onnx_import {
namespace {

/// x with `count` elements of one axis, from `start` on and `step` apart.
ir::ValueId take(TranslateContext& c, ir::ValueId x, std::int64_t axis, std::int64_t start, std::int64_t step,
                 std::int64_t count, std::string_view suffix) {
  const Shape shape = c.shape(x);
  if (start == 0 && step == 1 && count == shape[axis])
    return x;
  const auto rank = static_cast<std::size_t>(shape.rank()), at = static_cast<std::size_t>(axis);
  ops::SliceAttributes cut{std::vector<std::int64_t>(rank, 0), std::vector<std::int64_t>(rank, 1),
                           shape.dims()};
  cut.starts[at] = start;
  cut.steps[at] = step;
  cut.sizes[at] = count;
  return c.emit(ops::slice(), {x}, cut, suffix);
}

/// [N,C,D,H,W] as [N,depth,C,A,B], padded along the depth.
ir::ValueId with_depth_first(TranslateContext& c, ir::ValueId x, const std::array<std::int64_t, 3>& axes,
                             std::int64_t begin, std::int64_t end) {
  const std::vector<std::int64_t> perm = {0, axes[0], 1, axes[1], axes[2]};
  x = c.emit(ops::transpose(), {x}, ops::TransposeAttributes{.perm = perm}, "/depth_first");
  if (begin == 0 && end == 0)
    return x;
  return c.emit(ops::pad(), {x}, ops::PadAttributes{.pads = {0, begin, 0, 0, 0, 0, end, 0, 0, 0}}, "/padded");
}

}  // namespace

ir::ValueId volume_convolution(TranslateContext& c, ir::ValueId x, ir::ValueId w, ir::ValueId bias,
                               const Window& window, std::int64_t groups, std::string_view suffix) {
  const auto depth = static_cast<std::size_t>(std::min_element(window.kernel.begin(), window.kernel.end()) -
                                              window.kernel.begin());
  const std::size_t a = depth == 0 ? 1 : 0, b = depth == 2 ? 1 : 2;
  // The axes of x and w, the depth first.
  const std::array<std::int64_t, 3> axes = {static_cast<std::int64_t>(depth) + 2,
                                            static_cast<std::int64_t>(a) + 2,
                                            static_cast<std::int64_t>(b) + 2};
  const ir::ValueId slices = with_depth_first(c, x, axes, window.pads[depth], window.pads[depth + 3]);
  const Shape in = c.shape(slices), weights = c.shape(w);
  const std::int64_t count = window.kernel[depth], step = window.dilations[depth];
  const std::int64_t room = in[1] - ((count - 1) * step + 1);
  FOVEA_CHECK(room >= 0, "a window over {} does not fit an extent of {}", (count - 1) * step + 1, in[1]);
  const std::int64_t out = room / window.strides[depth] + 1;
  const ops::ConvAttributes attributes{
      .strides = {window.strides[a], window.strides[b]},
      .pads = {window.pads[a], window.pads[b], window.pads[a + 3], window.pads[b + 3]},
      .dilations = {window.dilations[a], window.dilations[b]},
      .groups = groups};
  ir::ValueId sum = ir::kNoValue;
  for (std::int64_t k = 0; k < count; ++k) {
    const ir::ValueId read = take(c, slices, 1, k * step, window.strides[depth], out, "/read");
    const ir::ValueId kernel = take(c, w, axes[0], k, 1, 1, "/kernel");
    std::vector<ir::ValueId> inputs = {
        c.reshape(read, {in[0] * out, in[2], in[3], in[4]}, "/pictures"),
        c.reshape(kernel, {weights[0], weights[1], weights[axes[1]], weights[axes[2]]}, "/picture_kernel")};
    if (k == 0 && bias != ir::kNoValue)
      inputs.push_back(bias);
    const ir::ValueId product = c.emit(ops::conv(), std::move(inputs), attributes, "/product");
    sum = k == 0 ? product : c.emit(ops::add(), {sum, product}, {}, "/sum");
  }
  const Shape found = c.shape(sum);
  const ir::ValueId volumes = c.reshape(sum, {in[0], out, found[1], found[2], found[3]}, "/volumes");
  std::vector<std::int64_t> perm = {0, 2, 0, 0, 0};
  for (std::size_t i = 0; i < axes.size(); ++i)
    perm[static_cast<std::size_t>(axes[i])] = i == 0 ? 1 : static_cast<std::int64_t>(i) + 2;
  return c.emit(ops::transpose(), {volumes}, ops::TransposeAttributes{.perm = perm}, suffix);
}

}  // namespace fovea::onnx_import
