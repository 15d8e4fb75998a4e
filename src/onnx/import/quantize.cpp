#include "onnx/import/quantize.hpp"

#include "onnx/import/families.hpp"

#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/picture.hpp"
#include "ops/add.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/gather.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/sub.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <numeric>

namespace fovea::onnx_import {
namespace {

/// Quantised values stay floating, whole numbers in the range of their ONNX type: so a gradient can flow
/// through them.

struct Range {
  double lowest, highest;
};

Range range_of(int type) {
  switch (type) {
  case onnx::TensorProto::UINT8:
    return {0, 255};
  case onnx::TensorProto::INT8:
    return {-128, 127};
  case onnx::TensorProto::UINT16:
    return {0, 65535};
  case onnx::TensorProto::INT16:
    return {-32768, 32767};
  case 21:  // UINT4, since ONNX 1.16
    return {0, 15};
  case 22:  // INT4
    return {-8, 7};
  default:
    FOVEA_CHECK(false, "quantisation to {} is not supported", type_name(type));
    return {};
  }
}

/// A scale or zero point of x as floating numbers that broadcast over x: one number, one for each index of
/// the axis, or one for each block of it.
ir::ValueId spread(TranslateContext& c, ir::ValueId value, const Shape& x, std::string_view suffix,
                   std::optional<std::int64_t> fixed_axis = {}) {
  value = c.cast(value, c.options().floating);
  const Shape shape = c.shape(value);
  if (shape.elements() == 1)
    return c.reshape(value, {}, suffix);
  const std::int64_t axis = resolve_axis(fixed_axis ? *fixed_axis : c.node().integer("axis", 1), x.rank());
  const std::int64_t block = c.node().integer("block_size", 0);
  if (block == 0) {
    FOVEA_CHECK(shape == Shape({x[axis]}), "expected {} numbers for axis {}, found {}", x[axis], axis,
                to_string(shape));
    std::vector<std::int64_t> dims(static_cast<std::size_t>(x.rank()), 1);
    dims[static_cast<std::size_t>(axis)] = x[axis];
    return c.reshape(value, Shape(std::move(dims)), suffix);
  }
  FOVEA_CHECK(block > 0 && shape.rank() == x.rank(), "a scale of {} does not fit blocks of {} in x of {}",
              to_string(shape), block, to_string(x));
  const ir::TensorType type{DType::I64, {x[axis]}};
  const auto blocks = [=] {
    Tensor numbers(type.dtype, type.shape);
    std::int64_t i = 0;
    for (std::int64_t& number : numbers.data<std::int64_t>())
      number = i++ / block;
    return numbers;
  };
  const ir::ValueId indices = c.add_constant(type, blocks, "/blocks");
  return c.emit(ops::gather(), {value, indices}, ops::GatherAttributes{.axis = axis}, suffix);
}

/// (x - zero_point) * scale; kNoValue for a zero point of 0.
ir::ValueId dequantized(TranslateContext& c, ir::ValueId x, ir::ValueId scale, ir::ValueId zero_point,
                        std::string_view suffix, std::optional<std::int64_t> axis = {}) {
  const Shape shape = c.shape(x);
  x = c.cast(x, c.options().floating);
  if (zero_point != ir::kNoValue)
    x = c.emit(ops::sub(), {x, spread(c, zero_point, shape, "/zero_point", axis)}, {}, "/shifted");
  return c.emit(ops::mul(), {x, spread(c, scale, shape, "/scale", axis)}, {}, suffix);
}

/// round(x / scale) + zero_point, cut to the range; the rounding passes gradients straight through. A known
/// zero point is added to what is cut already, so that rules see a rectifier where the range begins at 0.
ir::ValueId quantized(TranslateContext& c, ir::ValueId x, ir::ValueId scale, ir::ValueId zero_point,
                      Range range) {
  const Shape shape = c.shape(x);
  x = c.cast(x, c.options().floating);
  const ir::ValueId steps = c.emit(ops::div(), {x, spread(c, scale, shape, "/scale")}, {}, "/steps");
  const ir::ValueId whole = c.emit(ops::round_straight_through(), {steps}, {}, "/rounded");
  const ops::ClipAttributes cut{.min = range.lowest, .max = range.highest};
  if (zero_point == ir::kNoValue)
    return c.emit(ops::clip(), {whole}, cut);
  const std::optional<Tensor> known = c.constant_of(zero_point);
  const ir::ValueId zero = spread(c, zero_point, shape, "/zero_point");
  if (!known || known->elements() != 1)
    return c.emit(ops::clip(), {c.emit(ops::add(), {whole, zero}, {}, "/shifted")}, cut);
  const double at = known->cast(DType::F64).data<double>()[0];
  const ops::ClipAttributes around{.min = range.lowest - at, .max = range.highest - at};
  if (at == 0)
    return c.emit(ops::clip(), {whole}, around);
  return c.emit(ops::add(), {c.emit(ops::clip(), {whole}, around, "/cut"), zero});
}

/// The range of the i-th input's ONNX type, or of `otherwise` where it is absent.
Range range_of_input(const TranslateContext& c, int i, int otherwise) {
  if (!c.has(i))
    return range_of(otherwise);
  FOVEA_CHECK(c.onnx_type(i) != 0, "the element type of input {} (the zero point) is not known", i);
  return range_of(c.onnx_type(i));
}

/// x - zero_point in floating numbers; products of these are exact up to 2^24.
ir::ValueId shifted(TranslateContext& c, int i, int zero_point, std::int64_t axis) {
  const ir::ValueId x = c.cast(c.x(i), c.options().floating);
  if (!c.has(zero_point))
    return x;
  ir::ValueId zero = c.cast(c.x(zero_point), c.options().floating);
  const Shape shape = c.shape(x), found = c.shape(zero);
  if (found.elements() == 1) {
    zero = c.reshape(zero, {}, "/zero_point");
  } else if (found.rank() == 1) {
    FOVEA_CHECK(axis < shape.rank(), "{} zero points are for axis {}, which a tensor of {} does not have",
                found[0], axis, to_string(shape));
    FOVEA_CHECK(found[0] == shape[axis], "expected {} zero points, found {}", shape[axis], found[0]);
    std::vector<std::int64_t> dims(static_cast<std::size_t>(shape.rank()), 1);
    dims[static_cast<std::size_t>(axis)] = found[0];
    zero = c.reshape(zero, Shape(std::move(dims)), "/zero_point");
  }
  return c.emit(ops::sub(), {x, zero}, {}, "/centred");
}

}  // namespace

ir::ValueId dequantized_input(TranslateContext& c, int i, std::string_view suffix,
                              std::optional<std::int64_t> axis) {
  return dequantized(c, c.x(i), c.x(i + 1), c.optional(i + 2), suffix, axis);
}

ir::ValueId quantized_by_input(TranslateContext& c, ir::ValueId y, int i) {
  const int type = c.onnx_type(0) != 0 ? c.onnx_type(0) : static_cast<int>(onnx::TensorProto::UINT8);
  return quantized(c, y, c.x(i), c.optional(i + 1), range_of_input(c, i + 1, type));
}

void translate_quantize_linear(TranslateContext& c) {
  const auto wanted = static_cast<int>(c.node().integer("output_dtype", 0));
  const Range range = wanted != 0 ? range_of(wanted) : range_of_input(c, 2, onnx::TensorProto::UINT8);
  c.output(quantized(c, c.x(0), c.x(1), c.optional(2), range));
}

void translate_dequantize_linear(TranslateContext& c) {
  c.output(dequantized(c, c.x(0), c.x(1), c.optional(2), ""));
}

namespace {

void translate_dynamic_quantize_linear(TranslateContext& c) {
  ops::ReduceAttributes all{.axes = std::vector<std::int64_t>(static_cast<std::size_t>(c.rank())),
                            .keep_dims = 0};
  std::iota(all.axes.begin(), all.axes.end(), 0);
  const ir::ValueId x = c.x(), zero = c.scalar_like(x, 0);
  const auto extreme = [&](ir::ValueId of) {  // of the values and 0
    return c.emit(ops::max(), {c.emit(ops::reduce_max(), {of}, all, "/largest"), zero}, {}, "/bound");
  };
  const ir::ValueId highest = extreme(x), below = extreme(c.emit(ops::neg(), {x}, {}, "/negated"));
  const ir::ValueId span = c.emit(ops::add(), {highest, below}, {}, "/span");
  const ir::ValueId scale = c.emit(ops::div(), {span, c.scalar_like(x, 255)}, {}, "/step");
  const ir::ValueId start = c.emit(ops::div(), {below, scale}, {}, "/start");
  const ir::ValueId whole = c.emit(ops::round_straight_through(), {start}, {}, "/start_rounded");
  const ir::ValueId zero_point =
      c.emit(ops::clip(), {whole}, ops::ClipAttributes{.min = 0, .max = 255}, "/start_cut");
  c.output(0, quantized(c, x, scale, zero_point, {0, 255}));
  c.output(1, scale);
  c.output(2, zero_point);
}

void translate_mat_mul_integer(TranslateContext& c) {
  // A zero point for each row of a, or for each column of b.
  const std::int64_t rows = std::max<std::int64_t>(c.rank() - 2, 0),
                     columns = std::max<std::int64_t>(c.shape(c.x(1)).rank() - 1, 0);
  c.output(c.emit(ops::mat_mul(), {shifted(c, 0, 2, rows), shifted(c, 1, 3, columns)}));
}

void translate_conv_integer(TranslateContext& c) {
  c.output(c.pass(convolution(c, shifted(c, 0, 2, 1), shifted(c, 1, 3, 0), ir::kNoValue, "/product")));
}

void translate_q_linear_conv(TranslateContext& c) {
  const ir::ValueId x = dequantized(c, c.x(0), c.x(1), c.x(2), "/x");
  const ir::ValueId w = dequantized(c, c.x(3), c.x(4), c.x(5), "/w", 0);
  ir::ValueId bias = ir::kNoValue;
  if (c.has(8)) {  // whole numbers in units of both scales
    const ir::ValueId unit = c.emit(ops::mul(), {c.reshape(c.x(1), {}, "/scalar"), c.x(4)}, {}, "/unit");
    bias = c.emit(ops::mul(), {c.cast(c.x(8), c.options().floating), unit}, {}, "/bias");
  }
  const ir::ValueId y = convolution(c, x, w, bias, "/product");
  c.output(quantized(c, y, c.x(6), c.x(7), range_of_input(c, 7, onnx::TensorProto::UINT8)));
}

void translate_q_linear_mat_mul(TranslateContext& c) {
  // Scales of several numbers are for rows of a or for columns of b.
  const std::int64_t rows = std::max<std::int64_t>(c.rank() - 2, 0),
                     columns = std::max<std::int64_t>(c.shape(c.x(3)).rank() - 1, 0);
  const ir::ValueId a = dequantized(c, c.x(0), c.x(1), c.x(2), "/a", rows),
                    b = dequantized(c, c.x(3), c.x(4), c.x(5), "/b", columns);
  for (int i : {6, 7})
    FOVEA_CHECK(c.shape(c.x(i)).elements() == 1,
                "several scales or zero points of the result are not supported");
  const ir::ValueId y = c.emit(ops::mat_mul(), {a, b}, {}, "/product");
  c.output(quantized(c, y, c.x(6), c.x(7), range_of_input(c, 7, onnx::TensorProto::UINT8)));
}

}  // namespace

Family quantize_family() {
  return {
      {"ConvInteger", translate_conv_integer},
      {"DequantizeLinear", translate_dequantize_linear},
      {"DynamicQuantizeLinear", translate_dynamic_quantize_linear},
      {"MatMulInteger", translate_mat_mul_integer},
      {"QLinearConv", translate_q_linear_conv},
      {"QLinearMatMul", translate_q_linear_mat_mul},
      {"QuantizeLinear", translate_quantize_linear},
  };
}

}  // namespace fovea::onnx_import
