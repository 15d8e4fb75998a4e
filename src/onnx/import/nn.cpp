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
      {"Conv", translate_conv},
      {"ConvTranspose", translate_conv_transpose},
      {"Gemm", translate_gemm},
      {"MatMul", translate_mat_mul},
  };
}

}  // namespace fovea::onnx_import
