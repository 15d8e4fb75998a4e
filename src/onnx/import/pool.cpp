#include "onnx/import/families.hpp"

#include "onnx/import/picture.hpp"
#include "onnx/import/reduction.hpp"
#include "ops/add.hpp"
#include "ops/average_pool.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/max_pool.hpp"
#include "ops/mul.hpp"
#include "ops/pad.hpp"
#include "ops/pow.hpp"
#include "ops/reduce_max.hpp"
#include "ops/sub.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fovea::onnx_import {
namespace {

/// |x|^p, element by element.
ir::ValueId to_power(TranslateContext& c, ir::ValueId x, std::int64_t p) {
  if (p == 2)
    return c.emit(ops::mul(), {x, x}, {}, "/power");
  const ir::ValueId magnitude = c.emit(ops::abs(), {x}, {}, "/magnitude");
  return p == 1 ? magnitude
                : c.emit(ops::pow(), {magnitude, c.scalar_like(x, static_cast<double>(p))}, {}, "/power");
}

/// The p-th root of a sum of powers, with derivative 0 at 0.
ir::ValueId to_root(TranslateContext& c, ir::ValueId sum, std::int64_t p, std::string_view suffix) {
  if (p == 1)
    return sum;
  if (p == 2)
    return root_of_squares(c, sum, suffix);
  constexpr auto smallest = double{std::numeric_limits<float>::min()};
  const ir::ValueId bounded = c.emit(ops::clip(), {sum}, ops::ClipAttributes{.min = smallest}, "/bounded");
  return c.emit(ops::pow(), {bounded, c.scalar_like(sum, 1.0 / static_cast<double>(p))}, {}, suffix);
}

std::int64_t read_p(const TranslateContext& c) {
  // Opset 1 has a floating p.
  const double given =
      c.opset() < 2 ? c.node().number("p", 2) : static_cast<double>(c.node().integer("p", 2));
  FOVEA_CHECK(given >= 1 && given <= 64 && given == std::floor(given), "attribute 'p': unexpected value {}",
              given);
  return static_cast<std::int64_t>(given);
}

/// With ceil_mode, how far the last window reaches beyond the end.
std::int64_t overhang(const Window& window, const Shape& x, std::size_t i) {
  const std::int64_t extent = x[static_cast<std::int64_t>(i) + 2] + window.pads[i] + window.pads[i + 2];
  const std::int64_t covered = (window.kernel[i] - 1) * window.dilations[i] + 1, stride = window.strides[i];
  const std::int64_t steps = std::max<std::int64_t>(extent - covered + stride - 1, 0) / stride;
  const bool begins_inside = steps * stride < x[static_cast<std::int64_t>(i) + 2] + window.pads[i];
  return begins_inside ? std::max<std::int64_t>(steps * stride + covered - extent, 0) : 0;
}

/// ONNX counts the winners over the whole tensor, in rows or (storage_order = 1) in columns; ours are counted
/// in rows, each plane from 0.
ir::ValueId onnx_indices(TranslateContext& c, ir::ValueId switches, const Shape& x, bool in_columns) {
  const auto number = [&](std::int64_t value) { return c.add_constant(Tensor::scalar(value), "/number"); };
  ir::ValueId at = c.cast(switches, DType::I64);
  if (in_columns) {
    const ir::ValueId row = c.emit(ops::div(), {at, number(x[3])}, {}, "/row");
    const ir::ValueId before = c.emit(ops::mul(), {row, number(x[3])}, {}, "/before");
    const ir::ValueId column = c.emit(ops::sub(), {at, before}, {}, "/column");
    const ir::ValueId start = c.emit(ops::mul(), {column, number(x[2])}, {}, "/start");
    at = c.emit(ops::add(), {start, row}, {}, "/place");
  }
  const ir::TensorType type{DType::I64, {x[0], x[1], 1, 1}};
  const auto planes = [type, size = x[2] * x[3]] {
    Tensor starts(type.dtype, type.shape);
    std::int64_t plane = 0;
    for (std::int64_t& start : starts.data<std::int64_t>())
      start = plane++ * size;
    return starts;
  };
  return c.emit(ops::add(), {at, c.add_constant(type, planes, "/planes")}, {}, "/indices");
}

void translate_max_pool(TranslateContext& c) {
  const std::int64_t rank = c.rank();
  const Window window = as_picture(read_padded_window(c.node(), c.shape(), kernel_of_pool(c)));
  const bool in_columns = c.node().flag("storage_order", false);
  const DType dtype = c.dtype(c.x());
  const ir::ValueId x = as_picture(c, c.cast(c.x(), is_floating(dtype) ? dtype : c.options().floating));
  const auto parts = c.emit_all(ops::max_pool(), {x},
                                ops::MaxPoolAttributes{.kernel = window.kernel,
                                                       .strides = window.strides,
                                                       .pads = window.pads,
                                                       .dilations = window.dilations,
                                                       .ceil_mode = c.node().flag("ceil_mode", false)},
                                is_floating(dtype) ? picture_suffix(rank) : "/floating");
  c.output(0, from_picture(c, c.cast(parts[0], dtype), rank));
  if (c.node().uses(1))
    c.output(1, from_picture(c, onnx_indices(c, parts[1], c.shape(x), in_columns), rank));
}

}  // namespace

ir::ValueId average_pooled(TranslateContext& c, ir::ValueId x, std::string_view suffix) {
  const std::int64_t rank = c.shape(x).rank();
  const Window window = as_picture(read_padded_window(c.node(), c.shape(x), kernel_of_pool(c)));
  const ir::ValueId y =
      c.emit(ops::average_pool(), {as_picture(c, x)},
             ops::AveragePoolAttributes{.kernel = window.kernel,
                                        .strides = window.strides,
                                        .pads = window.pads,
                                        .dilations = window.dilations,
                                        .ceil_mode = c.node().flag("ceil_mode", false),
                                        .count_include_pad = c.node().flag("count_include_pad", false)},
             rank == 3 ? picture_suffix(rank) : suffix);
  return from_picture(c, y, rank);
}

namespace {

void translate_average_pool(TranslateContext& c) {
  c.output(average_pooled(c, c.x(), ""));
}

void translate_lp_pool(TranslateContext& c) {
  const std::int64_t p = read_p(c), rank = c.rank();
  Window window = as_picture(read_padded_window(c.node(), c.shape(), kernel_of_pool(c)));
  ir::ValueId x = as_picture(c, c.x());
  if (c.node().flag("ceil_mode", false))
    for (std::size_t i = 0; i < 2; ++i)
      window.pads[i + 2] += overhang(window, c.shape(x), i);
  const auto& pads = window.pads;
  x = to_power(c, x, p);
  if (std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad != 0; }))
    x = c.emit(ops::pad(), {x}, ops::PadAttributes{.pads = {0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]}},
               "/padded");
  // Of windows that lie within their operand, the sum is the mean times the size.
  const ir::ValueId mean = c.emit(ops::average_pool(), {x},
                                  ops::AveragePoolAttributes{.kernel = window.kernel,
                                                             .strides = window.strides,
                                                             .pads = {0, 0, 0, 0},
                                                             .dilations = window.dilations},
                                  "/mean");
  const auto size = static_cast<double>(window.kernel[0] * window.kernel[1]);
  const ir::ValueId sum = c.emit(ops::mul(), {mean, c.scalar_like(mean, size)}, {}, "/sum");
  c.output(c.pass(from_picture(c, to_root(c, sum, p, "/root"), rank)));
}

void translate_global_lp_pool(TranslateContext& c) {
  const std::int64_t p = read_p(c);
  FOVEA_CHECK(c.rank() >= 3, "expected x of rank 3 or more, found {}", to_string(c.shape()));
  ops::ReduceAttributes over{.axes = std::vector<std::int64_t>(static_cast<std::size_t>(c.rank() - 2)),
                             .keep_dims = 1};
  std::iota(over.axes.begin(), over.axes.end(), 2);
  const ir::ValueId sum = c.emit(ops::reduce_sum(), {to_power(c, c.x(), p)}, over, "/sum");
  c.output(c.pass(to_root(c, sum, p, "/root")));
}

void translate_global_max_pool(TranslateContext& c) {
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() >= 2, "expected x of rank 2 or more, found {}", to_string(x));
  if (x.rank() == 4)
    return c.output(c.emit(ops::max_pool(), {c.x()}, ops::MaxPoolAttributes{.kernel = {x[2], x[3]}}));
  std::vector<std::int64_t> axes(static_cast<std::size_t>(x.rank() - 2));
  std::iota(axes.begin(), axes.end(), 2);
  c.output(c.emit(ops::reduce_max(), {c.x()}, ops::ReduceAttributes{.axes = axes, .keep_dims = 1}));
}

}  // namespace

Family pool_family() {
  return {
      {"AveragePool", translate_average_pool},
      {"GlobalAveragePool", unary<ops::global_average_pool>},
      {"GlobalLpPool", translate_global_lp_pool},
      {"GlobalMaxPool", translate_global_max_pool},
      {"LpPool", translate_lp_pool},
      {"MaxPool", translate_max_pool},
  };
}

}  // namespace fovea::onnx_import
