#include "onnx/translate_families.hpp"

#include "onnx/tensor_proto.hpp"
#include "onnx/window.hpp"
#include "ops/average_pool.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/lrn.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max_pool.hpp"
#include "ops/reduce_max.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::onnx_import {
namespace {

/// The kernel of a convolution from its weights, which kernel_shape must repeat if it is given.
std::vector<std::int64_t> kernel_of_weights(const TranslateContext& c) {
  const Shape x = c.shape(), w = c.shape(c.x(1));
  FOVEA_CHECK(x.rank() == 4 && w.rank() == 4,
              "only images are supported: expected x and w of rank 4, found {} and {}", to_string(x),
              to_string(w));
  const std::vector<std::int64_t> kernel = {w[2], w[3]};
  const auto given = c.node().integers("kernel_shape").value_or(kernel);
  FOVEA_CHECK(given == kernel, "attribute 'kernel_shape': found [{}], but the weights are {}",
              fmt::join(given, ","), to_string(w));
  return kernel;
}

std::vector<ir::ValueId> with_bias(const TranslateContext& c) {
  std::vector<ir::ValueId> inputs = {c.x(0), c.x(1)};
  if (c.has(2))
    inputs.push_back(c.x(2));
  return inputs;
}

/// The kernel of a pooling node over an image.
std::vector<std::int64_t> kernel_of_pool(const TranslateContext& c) {
  const auto kernel = c.node().integers("kernel_shape");
  FOVEA_CHECK(kernel, "attribute 'kernel_shape' is missing");
  FOVEA_CHECK(
      c.rank() == 4 && kernel->size() == 2,
      "only images are supported: expected x of rank 4 and two numbers in kernel_shape, found {} and {}",
      to_string(c.shape()), kernel->size());
  return *kernel;
}

}  // namespace

void translate_conv(TranslateContext& c) {
  Window window = read_padded_window(c.node(), c.shape(), kernel_of_weights(c));
  c.output(c.emit(ops::conv(), with_bias(c),
                  ops::ConvAttributes{.strides = window.strides,
                                      .pads = window.pads,
                                      .dilations = window.dilations,
                                      .groups = c.node().integer("group", 1)}));
}

void translate_conv_transpose(TranslateContext& c) {
  const Window window = read_window(c.node(), kernel_of_weights(c));
  const std::string mode = auto_pad(c.node());
  ops::ConvTransposeAttributes attributes{.strides = window.strides,
                                          .pads = mode == "NOTSET" ? window.pads
                                                                   : std::vector<std::int64_t>{0, 0, 0, 0},
                                          .dilations = window.dilations,
                                          .groups = c.node().integer("group", 1)};
  if (const auto given = c.node().integers("output_padding"); given && !given->empty()) {
    FOVEA_CHECK(given->size() == 2, "attribute 'output_padding': expected 2 numbers, found {}",
                given->size());
    attributes.output_padding = *given;
  }
  auto wanted = c.node().integers("output_shape").value_or(std::vector<std::int64_t>());
  FOVEA_CHECK(wanted.empty() || wanted.size() == 2 || wanted.size() == 4,
              "attribute 'output_shape': expected 2 numbers, found {}", wanted.size());
  if (wanted.size() == 4)  // some exporters write batch and channels too
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  const Shape x = c.shape();
  if (wanted.empty() && mode.starts_with("SAME"))
    wanted = {x[2] * window.strides[0], x[3] * window.strides[1]};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    checked_shape({wanted[i]}, "attribute 'output_shape'");
    const std::int64_t full = window.strides[i] * (x[static_cast<std::int64_t>(i) + 2] - 1) +
                              attributes.output_padding[i] + (window.kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t total = full - wanted[i];
    // ONNX: only SAME_UPPER puts the odd one at the end.
    const auto [begin, end] =
        split_padding(std::max<std::int64_t>(total, 0), mode == "SAME_UPPER" ? mode : "SAME_LOWER");
    attributes.pads[i] = begin;
    attributes.pads[i + 2] = end;
    attributes.output_padding[i] += std::max<std::int64_t>(-total, 0);
  }
  c.output(c.emit(ops::conv_transpose(), with_bias(c), attributes));
}

void translate_max_pool(TranslateContext& c) {
  const Window window = read_padded_window(c.node(), c.shape(), kernel_of_pool(c));
  c.node().flag("storage_order", false);
  c.output(c.emit(ops::max_pool(), {c.x()},
                  ops::MaxPoolAttributes{.kernel = window.kernel,
                                         .strides = window.strides,
                                         .pads = window.pads,
                                         .dilations = window.dilations,
                                         .ceil_mode = c.node().flag("ceil_mode", false)}));
}

std::string max_pool_why_not(const NodeReader& node, std::int64_t) {
  return node.uses(1) ? "its second output (Indices) is not supported" : "";
}

void translate_average_pool(TranslateContext& c) {
  const Window window = read_padded_window(c.node(), c.shape(), kernel_of_pool(c));
  c.output(
      c.emit(ops::average_pool(), {c.x()},
             ops::AveragePoolAttributes{.kernel = window.kernel,
                                        .strides = window.strides,
                                        .pads = window.pads,
                                        .dilations = window.dilations,
                                        .ceil_mode = c.node().flag("ceil_mode", false),
                                        .count_include_pad = c.node().flag("count_include_pad", false)}));
}

void translate_global_average_pool(TranslateContext& c) {
  c.output(c.emit(ops::global_average_pool(), {c.x()}));
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

void translate_batch_normalization(TranslateContext& c) {
  c.output(c.emit(ops::batch_normalization(), {c.x(0), c.x(1), c.x(2), c.x(3), c.x(4)},
                  ops::BatchNormalizationAttributes{.epsilon = c.node().number("epsilon", 1e-5F)}));
}

std::string batch_normalization_why_not(const NodeReader& node, std::int64_t opset) {
  if (opset >= 14 && node.flag("training_mode", false))
    return "training mode (training_mode = 1) is not supported";
  if (opset < 9 && !node.flag("spatial", true))
    return "statistics of every pixel (spatial = 0) are not supported";
  for (int i = 1; i < 5; ++i)
    if (node.uses(i))
      return "training mode (more than one output) is not supported";
  return {};
}

void translate_lrn(TranslateContext& c) {
  c.output(c.emit(ops::lrn(), {c.x()},
                  ops::LrnAttributes{.size = c.node().required_integer("size"),
                                     .alpha = c.node().number("alpha", 1e-4F),
                                     .beta = c.node().number("beta", 0.75F),
                                     .bias = c.node().number("bias", 1)}));
}

void translate_gemm(TranslateContext& c) {
  c.output(c.emit(ops::gemm(), with_bias(c),
                  ops::GemmAttributes{.alpha = c.node().number("alpha", 1),
                                      .beta = c.node().number("beta", 1),
                                      .trans_a = c.node().flag("transA", false),
                                      .trans_b = c.node().flag("transB", false)}));
}

void translate_mat_mul(TranslateContext& c) {
  c.output(c.emit(ops::mat_mul(), {c.x(0), c.x(1)}));
}

}  // namespace fovea::onnx_import
