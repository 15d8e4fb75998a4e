#include "onnx/export/families.hpp"
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

void max_pool(NodeWriter& w) {
  const auto& a = w.attributes<ops::MaxPoolAttributes>();
  // The switches are written where the backward pass reads them.
  w.result("MaxPool", {w.x()},
           {{"kernel_shape", a.kernel},
            {"strides", a.strides},
            {"pads", pads_of(window_over(a, w.shape(0)))},
            {"dilations", a.dilations}});
}

bool covers_plane(const ops::PoolWindow& window) {
  const auto covers = [](const ops::PoolAxis& axis) {
    return axis.out == 1 && axis.kernel == axis.in && axis.pad_begin == 0 && axis.dilation == 1;
  };
  return covers(window.h) && covers(window.w);
}

/// The elements that each tap of the windows reads, stacked: [N,C,taps,OH,OW]. Slices, not a convolution, so
/// that values stay what they are to the last bit.
std::string taps(const NodeWriter& w, const std::string& x, const Shape& shape,
                 const ops::PoolWindow& window) {
  const auto &h = window.h, &v = window.w;
  if (covers_plane(window))
    return w.reshape(x, {shape[0], shape[1], h.in * v.in, 1, 1});
  std::string padded = x;
  const Integers pads = pads_of(window);
  if (std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad > 0; }))
    padded = w.emit("Pad", {x, w.integers({0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]}),
                            w.number(std::numeric_limits<float>::lowest())});
  std::vector<std::string> list;
  for (std::int64_t i = 0; i < h.kernel; ++i)
    for (std::int64_t j = 0; j < v.kernel; ++j) {
      const std::int64_t top = i * h.dilation, left = j * v.dilation;
      const std::string tap =
          w.emit("Slice", {padded, w.integers({top, left}),
                           w.integers({top + (h.out - 1) * h.stride + 1, left + (v.out - 1) * v.stride + 1}),
                           w.integers({2, 3}), w.integers({h.stride, v.stride})});
      list.push_back(w.reshape(tap, {shape[0], shape[1], 1, h.out, v.out}));
    }
  return list.size() == 1 ? list.front() : w.emit("Concat", list, {{"axis", std::int64_t{2}}});
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
  const NodeAttributes attributes = {{"kernel_shape", Integers{h.kernel, v.kernel}},
                                     {"strides", Integers{h.stride, v.stride}},
                                     {"dilations", Integers{h.dilation, v.dilation}},
                                     {"group", channels}};
  // With a group for each channel, its taps are summed into that channel.
  const std::string summed =
      w.emit("ConvTranspose", {joined, w.model().constant(weights.cast(w.dtype(0)), "spread")}, attributes);
  const auto end = [](const ops::PoolAxis& axis) {  // rows that are missing, or too many
    return axis.in - axis.position(axis.out - 1, axis.kernel - 1) - 1;
  };
  return w.emit("Pad", {summed, w.integers({0, 0, -h.pad_begin, -v.pad_begin, 0, 0, end(h), end(v)})});
}

/// dy goes to the first largest element of each window.
void max_pool_gradient(NodeWriter& w) {
  const ir::Node& pool = *w.graph().producer(w.input(1));
  FOVEA_ASSERT(pool.op == &ops::max_pool());
  const Shape& shape = w.graph().shape(pool.inputs[0]);
  const ops::PoolWindow window = window_over(pool.attributes.as<ops::MaxPoolAttributes>(), shape);
  const std::int64_t count = window.h.kernel * window.w.kernel;
  const std::string values = taps(w, w.name_of(pool.inputs[0]), shape, window);
  const std::string winner =
      w.emit("ArgMax", {values}, {{"axis", std::int64_t{2}}, {"keepdims", std::int64_t{1}}});
  Tensor numbers(DType::I64, {1, 1, count, 1, 1});
  for (std::int64_t k = 0; k < count; ++k)
    numbers.data<std::int64_t>()[static_cast<std::size_t>(k)] = k;
  const std::string wins = w.as_number(w.emit("Equal", {winner, w.model().constant(numbers, "taps")}));
  const std::string dy = w.reshape(w.x(0), {shape[0], shape[1], 1, window.h.out, window.w.out});
  const std::string routed = w.emit("Mul", {wins, dy});
  if (covers_plane(window))
    w.result("Reshape", {routed, w.integers({shape.begin(), shape.end()})});
  else
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
