#include "onnx/import/families.hpp"

#include "onnx/import/picture.hpp"
#include "onnx/import/quantize.hpp"
#include "ops/add.hpp"
#include "ops/concat.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/mul.hpp"
#include "ops/softmax.hpp"
#include "ops/transpose.hpp"
#include "ops/where.hpp"

namespace fovea::onnx_import {
namespace {

// The operators of com.microsoft that ONNX Runtime's quantiser writes in the format of operators (QOperator):
// a function of quantised values is the function of what they stand for, quantised again.

/// Of inputs (a, its scale, its zero point, b, its scale, its zero point, scale, zero point).
template <const ir::Operator& (*op)()>
void translate_quantized_binary(TranslateContext& c) {
  const ir::ValueId a = dequantized_input(c, 0, "/a"), b = dequantized_input(c, 3, "/b");
  c.output(quantized_by_input(c, c.emit(op(), {a, b}, {}, "/result"), 6));
}

void translate_quantized_sigmoid(TranslateContext& c) {
  const ir::ValueId x = dequantized_input(c, 0, "/x");
  c.output(quantized_by_input(c, c.emit(ops::sigmoid(), {x}, {}, "/sigmoid"), 3));
}

void translate_quantized_leaky_relu(TranslateContext& c) {
  const ops::LeakyReluAttributes attributes{.alpha = c.node().number("alpha", 0.01F)};
  const ir::ValueId x = dequantized_input(c, 0, "/x");
  c.output(quantized_by_input(c, c.emit(ops::leaky_relu(), {x}, attributes, "/leaky_relu"), 3));
}

/// Every line along the axis is a distribution; before opset 13, which an attribute says, all axes from it on
/// are one.
void translate_quantized_softmax(TranslateContext& c) {
  const Shape shape = c.shape();
  const bool flattens = c.node().required_integer("opset") < 13;
  const std::int64_t axis = resolve_axis(c.node().integer("axis", -1), shape.rank());
  ir::ValueId x = dequantized_input(c, 0, "/x");
  if (flattens) {
    std::int64_t rows = 1, columns = 1;
    for (std::int64_t i = 0; i < shape.rank(); ++i)
      (i < axis ? rows : columns) *= shape[i];
    x = c.reshape(x, {rows, columns}, "/flat");
  }
  const ir::ValueId y =
      c.emit(ops::softmax(), {x}, ops::SoftmaxAttributes{.axis = flattens ? 1 : axis}, "/softmax");
  c.output(quantized_by_input(c, c.reshape(y, shape, "/shape"), 3));
}

void translate_quantized_concat(TranslateContext& c) {
  FOVEA_CHECK(c.input_count() >= 5 && c.input_count() % 3 == 2,
              "expected a scale, a zero point and three inputs for each tensor, found {} inputs",
              c.input_count());
  std::vector<ir::ValueId> parts;
  for (int i = 2; i < c.input_count(); i += 3)
    parts.push_back(dequantized_input(c, i, "/part"));
  const ops::ConcatAttributes along{
      .axis = resolve_axis(c.node().required_integer("axis"), c.shape(parts.front()).rank())};
  c.output(quantized_by_input(c, c.emit(ops::concat(), std::move(parts), along, "/concat"), 0));
}

/// A pool over pictures, whose channels may be last: [N,H,W,C].
template <class Pool>
void translate_quantized_pool(TranslateContext& c, Pool&& pool) {
  const bool channels_last = c.node().flag("channels_last", false);
  FOVEA_CHECK(!channels_last || c.rank() == 4, "expected x of rank 4, found {}", to_string(c.shape()));
  ir::ValueId x = dequantized_input(c, 0, "/x");
  if (channels_last)
    x = c.emit(ops::transpose(), {x}, ops::TransposeAttributes{.perm = {0, 3, 1, 2}}, "/channels_first");
  ir::ValueId y = pool(x);
  if (channels_last)
    y = c.emit(ops::transpose(), {y}, ops::TransposeAttributes{.perm = {0, 2, 3, 1}}, "/channels_last");
  c.output(quantized_by_input(c, y, 3));
}

void translate_quantized_average_pool(TranslateContext& c) {
  translate_quantized_pool(c, [&](ir::ValueId x) { return average_pooled(c, x, "/mean"); });
}

void translate_quantized_global_average_pool(TranslateContext& c) {
  translate_quantized_pool(
      c, [&](ir::ValueId x) { return c.emit(ops::global_average_pool(), {x}, {}, "/mean"); });
}

void translate_quantized_where(TranslateContext& c) {
  const ir::ValueId a = dequantized_input(c, 1, "/a"), b = dequantized_input(c, 4, "/b");
  c.output(quantized_by_input(c, c.emit(ops::where(), {c.x(0), a, b}, {}, "/chosen"), 7));
}

/// alpha (a b + bias), whose bias is whole numbers in units of both scales; floating without a scale.
void translate_quantized_gemm(TranslateContext& c) {
  const bool transposed = c.node().flag("transB", false);
  const ir::ValueId a = dequantized_input(c, 0, "/a"), b = dequantized_input(c, 3, "/b", transposed ? 0 : 1);
  std::vector<ir::ValueId> inputs = {a, b};
  const double alpha = c.node().number("alpha", 1);
  if (c.has(6)) {
    const DType floating = c.options().floating;
    const ir::ValueId scale = c.reshape(c.cast(c.x(1), floating), {}, "/scalar");
    const ir::ValueId unit = c.emit(ops::mul(), {scale, c.cast(c.x(4), floating)}, {}, "/unit");
    inputs.push_back(c.emit(ops::mul(), {c.cast(c.x(6), floating), unit}, {}, "/bias"));
  }
  const bool is_floating = !c.has(7);
  const ir::ValueId y = c.emit(
      ops::gemm(), std::move(inputs),
      ops::GemmAttributes{
          .alpha = alpha, .beta = alpha, .trans_a = c.node().flag("transA", false), .trans_b = transposed},
      is_floating ? "" : "/product");
  c.output(is_floating ? y : quantized_by_input(c, y, 7));
}

}  // namespace

Family microsoft_quantize_family() {
  return {
      {"QGemm", translate_quantized_gemm},
      {"QLinearAdd", translate_quantized_binary<ops::add>},
      {"QLinearAveragePool", translate_quantized_average_pool},
      {"QLinearConcat", translate_quantized_concat},
      {"QLinearGlobalAveragePool", translate_quantized_global_average_pool},
      {"QLinearLeakyRelu", translate_quantized_leaky_relu},
      {"QLinearMul", translate_quantized_binary<ops::mul>},
      {"QLinearSigmoid", translate_quantized_sigmoid},
      {"QLinearSoftmax", translate_quantized_softmax},
      {"QLinearWhere", translate_quantized_where},
  };
}

}  // namespace fovea::onnx_import
