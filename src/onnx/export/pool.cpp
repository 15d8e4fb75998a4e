#include "onnx/export/families.hpp"
#include "onnx/export/transposed_convolution.hpp"
#include "ops/average_pool.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/max_pool.hpp"
#include "ops/pool_window.hpp"

#include <algorithm>
#include <limits>

namespace fovea::onnx_export {
namespace {

using Integers = std::vector<std::int64_t>;

/// Rows (or columns) beyond the end of the input that the last window reads; without ceil_mode, on whose
/// windows runtimes differ.
std::int64_t needed_end(const ops::PoolAxis& axis) {
  return std::max<std::int64_t>(axis.position(axis.out - 1, axis.kernel - 1) + 1 - axis.in, 0);
}

Integers pads_of(const ops::PoolWindow& window) {
  return {window.h.pad_begin, window.w.pad_begin, needed_end(window.h), needed_end(window.w)};
}

ops::PoolWindow window_over(const ops::MaxPoolAttributes& a, const Shape& x) {
  return ops::pool_window(ops::geometry_of(a), x[2], x[3]);
}

/// x with the lowest number around it, where windows reach beyond it.
std::string padded(const NodeWriter& w, const std::string& x, const ops::PoolWindow& window) {
  const Integers pads = pads_of(window);
  if (std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad == 0; }))
    return x;
  return w.emit("Pad", {x, w.integers({0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]}),
                        w.number(std::numeric_limits<float>::lowest())});
}

/// Padding of a pool with dilations is written out: ONNX Runtime's CUDA provider gives wrong results there.
void max_pool(NodeWriter& w) {
  const auto& a = w.attributes<ops::MaxPoolAttributes>();
  const ops::PoolWindow window = window_over(a, w.shape(0));
  const bool dilated = window.h.dilation > 1 || window.w.dilation > 1;
  // The switches are written where the backward pass reads them.
  w.result("MaxPool", {dilated ? padded(w, w.x(), window) : w.x()},
           {{"kernel_shape", a.kernel},
            {"strides", a.strides},
            {"pads", dilated ? Integers{0, 0, 0, 0} : pads_of(window)},
            {"dilations", a.dilations}});
}

bool covers_plane(const ops::PoolWindow& window) {
  const auto covers = [](const ops::PoolAxis& axis) {
    return axis.out == 1 && axis.kernel == axis.in && axis.pad_begin == 0 && axis.dilation == 1;
  };
  return covers(window.h) && covers(window.w);
}

/// The elements that each tap of the windows reads: [N,C,OH,OW] for each. Slices, not a convolution, so that
/// values stay what they are to the last bit.
std::vector<std::string> taps(const NodeWriter& w, const std::string& x, const ops::PoolWindow& window) {
  const auto &h = window.h, &v = window.w;
  const std::string whole = padded(w, x, window);
  std::vector<std::string> list;
  for (std::int64_t i = 0; i < h.kernel; ++i)
    for (std::int64_t j = 0; j < v.kernel; ++j) {
      const std::int64_t top = i * h.dilation, left = j * v.dilation;
      list.push_back(
          w.emit("Slice", {whole, w.integers({top, left}),
                           w.integers({top + (h.out - 1) * h.stride + 1, left + (v.out - 1) * v.stride + 1}),
                           w.integers({2, 3}), w.integers({h.stride, v.stride})}));
    }
  return list;
}

/// Adds up values at the taps of windows: [N,C,taps,OH,OW], or one for all taps [N,C,OH,OW], -> [N,C,H,W].
std::string spread(const NodeWriter& w, const std::string& values, const Shape& plane,
                   const ops::PoolWindow& window, bool one_for_all_taps) {
  const auto &h = window.h, &v = window.w;
  const std::int64_t count = h.kernel * v.kernel, channels = plane[1], each = one_for_all_taps ? 1 : count;
  Tensor weights(DType::F32, {channels * each, 1, h.kernel, v.kernel});
  for (std::int64_t i = 0; i < channels * each; ++i)
    for (std::int64_t k = 0; k < count; ++k)
      weights.data<float>()[static_cast<std::size_t>(i * count + k)] =
          one_for_all_taps || i % count == k ? 1.0F : 0.0F;
  const std::string joined = w.reshape(values, {plane[0], channels * each, h.out, v.out});
  const auto left_out = [](const ops::PoolAxis& axis) {  // rows beyond the end; negative for missing ones
    return axis.position(axis.out - 1, axis.kernel - 1) + 1 - axis.in;
  };
  // With a group for each channel, its taps are summed into that channel.
  return write_transposed_convolution(w, {{joined, w.model().constant(weights.cast(w.dtype(0)), "spread")},
                                          {h.kernel, v.kernel},
                                          {h.stride, v.stride},
                                          {h.dilation, v.dilation},
                                          channels,
                                          {h.pad_begin, v.pad_begin},
                                          {left_out(h), left_out(v)}});
}

/// Of one window over the whole plane: to the first element that is equal to the largest.
std::string route_in_plane(const NodeWriter& w, const std::string& x, const std::string& y,
                           const Shape& shape) {
  const std::int64_t count = shape[2] * shape[3];
  const std::string values = w.reshape(x, {shape[0], shape[1], count, 1});
  const std::string winner = w.first_along(w.emit("Equal", {values, y}), 2, count, 4);
  return w.emit("Where", {winner, w.x(0), w.number(0)});
}

/// Of any windows: the share of dy of each tap, stacked: [N,C,taps,OH,OW]. What one tap takes is gone for
/// those behind it.
std::string route_by_taps(const NodeWriter& w, const std::vector<std::string>& taps, const std::string& y,
                          const Shape& one_tap) {
  std::string rest = w.x(0);
  std::vector<std::string> list;
  for (const std::string& tap : taps) {
    const std::string share = w.emit("Mul", {w.as_number(w.emit("Equal", {tap, y})), rest});
    list.push_back(w.reshape(share, one_tap));
    if (list.size() < taps.size())
      rest = w.emit("Sub", {rest, share});  // exact: all or nothing
  }
  return list.size() == 1 ? list.front() : w.emit("Concat", list, {{"axis", std::int64_t{2}}});
}

/// dy goes to the first largest element of each window, which comparisons find: runtimes differ on which of
/// equal elements ArgMax takes.
void max_pool_gradient(NodeWriter& w) {
  const ir::Node& pool = *w.graph().producer(w.input(1));
  FOVEA_ASSERT(pool.op == &ops::max_pool());
  const Shape& shape = w.graph().shape(pool.inputs[0]);
  const ops::PoolWindow window = window_over(pool.attributes.as<ops::MaxPoolAttributes>(), shape);
  const std::string x = w.name_of(pool.inputs[0]), y = w.name_of(pool.outputs[0]);
  if (covers_plane(window))
    return w.result("Reshape", {route_in_plane(w, x, y, shape), w.integers({shape.begin(), shape.end()})});
  const std::string routed =
      route_by_taps(w, taps(w, x, window), y, {shape[0], shape[1], 1, window.h.out, window.w.out});
  w.result("Identity", {spread(w, routed, shape, window, false)});
}

/// One over how many elements each window averages: [1,1,OH,OW].
Tensor window_weights(const ops::PoolWindow& window, bool count_padding) {
  Tensor weights(DType::F64, {1, 1, window.h.out, window.w.out});
  const auto count = [&](const ops::PoolAxis& axis, std::int64_t o) {
    return (count_padding ? axis.padded_taps(o) : axis.inner_taps(o)).count();
  };
  auto* at = weights.data<double>().data();
  for (std::int64_t i = 0; i < window.h.out; ++i)
    for (std::int64_t j = 0; j < window.w.out; ++j)
      *at++ = 1.0 / static_cast<double>(std::max<std::int64_t>(count(window.h, i) * count(window.w, j), 1));
  return weights;
}

/// A sum by a convolution with ones and a division by the count: AveragePool of opset 13 has no dilations,
/// and runtimes differ on padding beyond the declared one.
void average_pool(NodeWriter& w) {
  const auto& a = w.attributes<ops::AveragePoolAttributes>();
  const Shape& shape = w.shape(0);
  const ops::PoolWindow window = ops::pool_window(ops::geometry_of(a), shape[2], shape[3]);
  Tensor ones(DType::F32, {shape[1], 1, window.h.kernel, window.w.kernel});
  std::fill(ones.data<float>().begin(), ones.data<float>().end(), 1.0F);
  const std::string sum = w.emit("Conv", {w.x(), w.model().constant(ones.cast(w.dtype(0)), "ones")},
                                 {{"kernel_shape", a.kernel},
                                  {"strides", a.strides},
                                  {"pads", pads_of(window)},
                                  {"dilations", a.dilations},
                                  {"group", shape[1]}});
  const Tensor weights = window_weights(window, a.count_include_pad != 0);
  w.result("Mul", {sum, w.model().constant(weights.cast(w.dtype(0)), "window_weights")});
}

void average_pool_gradient(NodeWriter& w) {
  const auto& a = w.attributes<ops::AveragePoolGradientAttributes>();
  const ops::PoolWindow window = ops::pool_window(ops::geometry_of(a), a.height, a.width);
  const Tensor weights = window_weights(window, a.count_include_pad != 0);
  const std::string dy =
      w.emit("Mul", {w.x(), w.model().constant(weights.cast(w.dtype(0)), "window_weights")});
  w.result("Identity", {spread(w, dy, w.result_shape(), window, true)});
}

void global_average_pool(NodeWriter& w) {
  w.result("GlobalAveragePool", {w.x()});
}

void global_average_pool_gradient(NodeWriter& w) {
  const Shape& shape = w.result_shape();
  const double count = static_cast<double>(shape.elements()) / static_cast<double>(shape[0] * shape[1]);
  w.result("Expand", {w.emit("Mul", {w.x(), w.number(1 / count)}), w.integers({shape.begin(), shape.end()})});
}

}  // namespace

Family pool_family() {
  return {{&ops::max_pool(), max_pool},
          {&ops::max_pool_gradient(), max_pool_gradient},
          {&ops::average_pool(), average_pool},
          {&ops::average_pool_gradient(), average_pool_gradient},
          {&ops::global_average_pool(), global_average_pool},
          {&ops::global_average_pool_gradient(), global_average_pool_gradient}};
}

}  // namespace fovea::onnx_export
