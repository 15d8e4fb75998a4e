#include "onnx/import/activations.hpp"
#include "onnx/import/attention_parts.hpp"
#include "onnx/import/families.hpp"
#include "onnx/import/normalization.hpp"
#include "onnx/import/picture.hpp"
#include "onnx/import/quantize.hpp"

#include "ops/add.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "ops/mul.hpp"
#include "ops/slice.hpp"
#include "ops/transpose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace fovea::onnx_import {
namespace {

// Operators of the domain com.microsoft, into which ONNX Runtime fuses others when it saves an optimised
// file.

ir::ValueId plus(TranslateContext& c, ir::ValueId x, ir::ValueId y, std::string_view suffix) {
  return y == ir::kNoValue ? x : c.emit(ops::add(), {x, y}, {}, suffix);
}

void translate_gelu_of_sum(TranslateContext& c, bool by_tanh) {
  c.output(gelu(c, plus(c, c.x(), c.optional(1), "/biased"), by_tanh));
}
void translate_bias_gelu(TranslateContext& c) {
  translate_gelu_of_sum(c, false);
}
void translate_fast_gelu(TranslateContext& c) {
  translate_gelu_of_sum(c, true);
}

void translate_quick_gelu(TranslateContext& c) {
  const ir::ValueId factor = c.scalar_like(c.x(), c.node().number("alpha", 1.702F));
  const ir::ValueId scaled = c.emit(ops::mul(), {c.x(), factor}, {}, "/scaled");
  c.output(c.emit(ops::mul(), {c.x(), c.emit(ops::sigmoid(), {scaled}, {}, "/gate")}));
}

void translate_fused_conv(TranslateContext& c) {
  const ir::ValueId y = convolution(c, c.x(0), c.x(1), c.optional(2), "/product");
  const auto parameters = c.node().numbers("activation_params").value_or(std::vector<float>());
  c.output(c.pass(
      fused_activation(c, plus(c, y, c.optional(3), "/sum"), c.node().text("activation", ""), parameters)));
}

void translate_fused_gemm(TranslateContext& c) {
  std::vector<ir::ValueId> inputs = {c.x(0), c.x(1)};
  if (c.has(2))
    inputs.push_back(c.x(2));
  const ir::ValueId y = c.emit(ops::gemm(), std::move(inputs),
                               ops::GemmAttributes{.alpha = c.node().number("alpha", 1),
                                                   .beta = c.node().number("beta", 1),
                                                   .trans_a = c.node().flag("transA", false),
                                                   .trans_b = c.node().flag("transB", false)},
                               "/product");
  std::vector<float> parameters;
  for (const char* name : {"activation_alpha", "activation_beta"})
    if (c.node().has(name))
      parameters.push_back(static_cast<float>(c.node().number(name, 0)));
  c.output(c.pass(fused_activation(c, y, c.node().text("activation", ""), parameters)));
}

/// x with its last two axes exchanged where the attribute says so.
ir::ValueId operand(TranslateContext& c, int i, std::string_view attribute) {
  const ir::ValueId x = c.x(i);
  if (!c.node().flag(attribute, false) || c.shape(x).rank() < 2)
    return x;
  std::vector<std::int64_t> perm(static_cast<std::size_t>(c.shape(x).rank()));
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return c.emit(ops::transpose(), {x}, ops::TransposeAttributes{.perm = perm}, "/transposed");
}

void translate_fused_mat_mul(TranslateContext& c) {
  FOVEA_CHECK(!c.node().flag("transBatchA", false) && !c.node().flag("transBatchB", false),
              "transBatchA and transBatchB are not supported");
  const ir::ValueId a = operand(c, 0, "transA"), b = operand(c, 1, "transB");
  const double alpha = c.node().number("alpha", 1);
  if (alpha == 1)
    return c.output(c.emit(ops::mat_mul(), {a, b}));
  const ir::ValueId y = c.emit(ops::mat_mul(), {a, b}, {}, "/product");
  c.output(c.emit(ops::mul(), {y, c.scalar_like(y, alpha)}));
}

void translate_skip_layer_normalization(TranslateContext& c) {
  const ir::ValueId sum = plus(c, plus(c, c.x(0), c.x(1), "/skip"), c.optional(4), "/biased");
  c.output(0,
           layer_normalized(c, sum, c.rank() - 1, c.node().number("epsilon", 1e-12F), c.x(2), c.optional(3)));
  c.output(3, sum);
}

void translate_skip_simplified_layer_normalization(TranslateContext& c) {
  const ir::ValueId sum = plus(c, plus(c, c.x(0), c.x(1), "/skip"), c.optional(3), "/biased");
  c.output(0, rms_normalized(c, sum, c.rank() - 1, c.node().number("epsilon", 1e-12F), c.x(2)));
  c.output(3, sum);
}

/// The i-th of three equal parts along the last axis.
ir::ValueId third(TranslateContext& c, ir::ValueId x, std::int64_t i) {
  const Shape shape = c.shape(x);
  const auto rank = static_cast<std::size_t>(shape.rank());
  FOVEA_CHECK(rank > 0 && shape[shape.rank() - 1] % 3 == 0, "{} cannot be parted into three",
              to_string(shape));
  ops::SliceAttributes cut{std::vector<std::int64_t>(rank, 0), std::vector<std::int64_t>(rank, 1),
                           shape.dims()};
  cut.sizes.back() /= 3;
  cut.starts.back() = i * cut.sizes.back();
  return c.emit(ops::slice(), {x}, cut, "/third");
}

/// Attention of projected queries, keys and values [B,S,hidden]; `mask` is added to the scores.
void output_attention(TranslateContext& c, const std::array<ir::ValueId, 3>& projected, ir::ValueId mask) {
  const std::int64_t heads = c.node().required_integer("num_heads");
  AttentionRequest r{.q = split_heads(c, projected[0], heads),
                     .k = split_heads(c, projected[1], heads),
                     .v = split_heads(c, projected[2], heads)};
  const Shape q = c.shape(r.q), k = c.shape(r.k);
  const double given = c.node().number("scale", 0);
  r.scale = given != 0 ? given : 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(q[3], 1)));
  r.bias = mask;
  if (c.node().flag("unidirectional", false))
    r.bias = plus(c, causal_bias(c, q[2], k[2], 0), mask, "/biases");
  c.output(c.pass(merge_heads(c, attention(c, r).y)));
}

void refuse_inputs(const TranslateContext& c, std::initializer_list<int> inputs) {
  for (int i : inputs)
    FOVEA_CHECK(!c.has(i), "its input {} is not supported", i);
}

void translate_packed_attention(TranslateContext& c) {
  refuse_inputs(c, {3, 4, 6});
  FOVEA_CHECK(!c.node().has("qkv_hidden_sizes"), "attribute 'qkv_hidden_sizes' is not supported");
  const ir::ValueId product = c.emit(ops::mat_mul(), {c.x(0), c.x(1)}, {}, "/product");
  const ir::ValueId all = plus(c, product, c.optional(2), "/biased");
  output_attention(c, {third(c, all, 0), third(c, all, 1), third(c, all, 2)}, c.optional(5));
}

void translate_multi_head_attention(TranslateContext& c) {
  refuse_inputs(c, {4, 6, 7, 8, 9});
  FOVEA_CHECK(c.has(1) && c.has(2), "packed keys and values are not supported");
  std::array<ir::ValueId, 3> projected = {c.x(0), c.x(1), c.x(2)};
  if (c.has(3))
    for (std::size_t i = 0; i < 3; ++i)
      projected[i] = plus(c, projected[i], third(c, c.x(3), static_cast<std::int64_t>(i)), "/biased");
  output_attention(c, projected, c.optional(5));
}

}  // namespace

Family microsoft_family() {
  return {
      {"Attention", translate_packed_attention},
      {"BiasGelu", translate_bias_gelu},
      {"DequantizeLinear", translate_dequantize_linear},
      {"FastGelu", translate_fast_gelu},
      {"FusedConv", translate_fused_conv},
      {"FusedGemm", translate_fused_gemm},
      {"FusedMatMul", translate_fused_mat_mul},
      {"Gelu", translate_bias_gelu},
      {"MultiHeadAttention", translate_multi_head_attention},
      {"QuantizeLinear", translate_quantize_linear},
      {"QuickGelu", translate_quick_gelu},
      {"SkipLayerNormalization", translate_skip_layer_normalization},
      {"SkipSimplifiedLayerNormalization", translate_skip_simplified_layer_normalization},
      {"TransposeMatMul", translate_fused_mat_mul},
  };
}

}  // namespace fovea::onnx_import
