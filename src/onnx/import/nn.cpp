#include "onnx/import/families.hpp"

#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/picture.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

std::vector<ir::ValueId> with_bias(const TranslateContext& c) {
  std::vector<ir::ValueId> inputs = {c.x(0), c.x(1)};
  if (c.has(2))
    inputs.push_back(c.x(2));
  return inputs;
}

void translate_conv(TranslateContext& c) {
  c.output(convolution(c, c.x(0), c.x(1), c.optional(2), ""));
}

void translate_conv_transpose(TranslateContext& c) {
  const Shape x = c.shape();
  Window window = read_window(c.node(), kernel_of_weights(c, x, c.shape(c.x(1))));
  const std::size_t axes = window.kernel.size();
  const std::string mode = auto_pad(c.node());
  if (mode != "NOTSET")
    window.pads.assign(2 * axes, 0);
  std::vector<std::int64_t> extra(axes, 0);
  if (const auto given = c.node().integers("output_padding"); given && !given->empty()) {
    FOVEA_CHECK(given->size() == axes, "attribute 'output_padding': expected {} numbers, found {}", axes,
                given->size());
    checked_shape(*given, "attribute 'output_padding'");
    extra = *given;
  }
  auto wanted = c.node().integers("output_shape").value_or(std::vector<std::int64_t>());
  FOVEA_CHECK(wanted.empty() || wanted.size() == axes || wanted.size() == axes + 2,
              "attribute 'output_shape': expected {} numbers, found {}", axes, wanted.size());
  if (wanted.size() == axes + 2)  // some exporters write batch and channels too
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (wanted.empty() && mode.starts_with("SAME"))
    for (std::size_t i = 0; i < axes; ++i)
      wanted.push_back(x[static_cast<std::int64_t>(i) + 2] * window.strides[i]);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    checked_shape({wanted[i]}, "attribute 'output_shape'");
    const std::int64_t full = window.strides[i] * (x[static_cast<std::int64_t>(i) + 2] - 1) + extra[i] +
                              (window.kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t total = full - wanted[i];
    // ONNX: only SAME_UPPER puts the odd one at the end.
    const auto [begin, end] =
        split_padding(std::max<std::int64_t>(total, 0), mode == "SAME_UPPER" ? mode : "SAME_LOWER");
    window.pads[i] = begin;
    window.pads[i + axes] = end;
    extra[i] += std::max<std::int64_t>(-total, 0);
  }
  if (axes == 1)
    extra.insert(extra.begin(), 0);
  window = as_picture(std::move(window));
  std::vector<ir::ValueId> inputs = with_bias(c);
  inputs[0] = as_picture(c, inputs[0]);
  inputs[1] = as_picture(c, inputs[1]);
  const ir::ValueId y = c.emit(ops::conv_transpose(), std::move(inputs),
                               ops::ConvTransposeAttributes{.strides = window.strides,
                                                            .pads = window.pads,
                                                            .dilations = window.dilations,
                                                            .groups = c.node().integer("group", 1),
                                                            .output_padding = extra},
                               picture_suffix(x.rank()));
  c.output(from_picture(c, y, x.rank()));
}

/// Weights [channels * size,1,kernel...] that put each of the `size` elements of a block at its own place.
Tensor one_at_its_place(const Shape& shape) {
  Tensor weights(DType::F32, shape);
  const std::int64_t size = shape[2] * shape[3];
  const auto elements = weights.data<float>();
  for (std::int64_t i = 0; i < shape[0]; ++i)
    elements[static_cast<std::size_t>(i * size + i % size)] = 1;
  return weights;
}

/// The image whose overlapping blocks are the columns of x [N,C*block,blocks], summed where they overlap: a
/// ConvTranspose with a group for each channel.
void translate_col2im(TranslateContext& c) {
  const std::vector<std::int64_t> given = c.integers(1, "image_shape"), block = c.integers(2, "block_shape");
  const std::size_t axes = given.size();
  FOVEA_CHECK(
      (axes == 1 || axes == 2) && block.size() == axes,
      "only images and signals are supported: expected image_shape and block_shape of two numbers (or "
      "one), found {} and {}",
      axes, block.size());
  checked_shape(given, "input 1 (image_shape)");
  const Shape x = c.shape();
  FOVEA_CHECK(x.rank() == 3, "expected x of rank 3, found {}", to_string(x));
  std::vector<std::int64_t> image = given;
  if (axes == 1)
    image.insert(image.begin(), 1);
  const Window window = as_picture(read_window(c.node(), block));
  std::vector<std::int64_t> blocks, left;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t covered = (window.kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t room = image[i] + window.pads[i] + window.pads[i + 2] - covered;
    FOVEA_CHECK(room >= 0, "a block over {} does not fit an image of {}", covered, image[i]);
    blocks.push_back(room / window.strides[i] + 1);
    left.push_back(room % window.strides[i]);
  }
  const Shape kernel = {1, 1, window.kernel[0], window.kernel[1]};
  const std::int64_t size = kernel.elements(), channels = x[1] / size;
  FOVEA_CHECK(x[1] % size == 0 && x[2] == Shape(blocks).elements(),
              "blocks of {} at {}x{} places do not fit x of {}", fmt::join(block, "x"), blocks[0], blocks[1],
              to_string(x));
  const ir::TensorType type{DType::F32, {x[1], 1, kernel[2], kernel[3]}};
  const ir::ValueId weights =
      c.cast(c.add_constant(
                 type, [shape = type.shape] { return one_at_its_place(shape); }, "/places"),
             c.dtype(c.x()));
  const ir::ValueId columns = c.reshape(c.x(), {x[0], x[1], blocks[0], blocks[1]}, "/columns");
  const ir::ValueId y = c.emit(ops::conv_transpose(), {columns, weights},
                               ops::ConvTransposeAttributes{.strides = window.strides,
                                                            .pads = window.pads,
                                                            .dilations = window.dilations,
                                                            .groups = channels,
                                                            .output_padding = left},
                               picture_suffix(axes == 1 ? 3 : 4));
  c.output(from_picture(c, y, axes == 1 ? 3 : 4));
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

}  // namespace

Family nn_family() {
  return {
      {"Col2Im", translate_col2im},
      {"Conv", translate_conv},
      {"ConvTranspose", translate_conv_transpose},
      {"Gemm", translate_gemm},
      {"MatMul", translate_mat_mul},
  };
}

}  // namespace fovea::onnx_import
