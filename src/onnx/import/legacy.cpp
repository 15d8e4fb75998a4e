#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/families.hpp"

#include "ops/add.hpp"
#include "ops/expand.hpp"
#include "ops/functions.hpp"
#include "ops/mul.hpp"
#include "ops/slice.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

// The experimental operators of opset 1, which files up to opset 9 have.

/// x * factor; x itself where that changes nothing.
ir::ValueId times(TranslateContext& c, ir::ValueId x, double factor, std::string_view suffix) {
  return factor == 1 ? x : c.emit(ops::mul(), {x, c.scalar_like(x, factor)}, {}, suffix);
}

std::vector<std::int64_t> list(const TranslateContext& c, std::string_view attribute) {
  return c.node().integers(attribute).value_or(std::vector<std::int64_t>());
}

/// The shape of ConstantFill and GivenTensorFill: the attribute, the first input's shape, or (with
/// input_as_shape) its elements; extra_shape follows.
Shape filled_shape(const TranslateContext& c) {
  std::vector<std::int64_t> dims = list(c, "shape");
  if (c.has(0))
    dims = c.node().flag("input_as_shape", false) ? c.integers(0, "shape") : c.shape().dims();
  const std::vector<std::int64_t> extra = list(c, "extra_shape");
  dims.insert(dims.end(), extra.begin(), extra.end());
  return checked_shape(std::move(dims), "its result");
}

void translate_affine(TranslateContext& c) {
  const ir::ValueId scaled = times(c, c.x(), c.node().number("alpha", 1), "/scaled");
  c.output(c.emit(ops::add(), {scaled, c.scalar_like(scaled, c.node().number("beta", 0))}));
}

void translate_constant_fill(TranslateContext& c) {
  const std::int64_t type = c.node().integer("dtype", 1);
  const auto stored = type >= 0 && type < 1000 ? stored_type(static_cast<int>(type)) : std::nullopt;
  FOVEA_CHECK(stored, "attribute 'dtype': the element type {} is not supported", type);
  const Tensor value =
      Tensor::scalar(c.node().number("value", 0)).cast(is_floating(*stored) ? c.options().floating : *stored);
  c.output(c.emit(ops::expand(), {c.add_constant(value)}, ops::ExpandAttributes{.shape = filled_shape(c)}));
}

void translate_crop(TranslateContext& c) {
  const Shape x = c.shape();
  const auto border = list(c, "border"), size = list(c, "scale");  // left, top, right, bottom; height, width
  FOVEA_CHECK(x.rank() == 4, "expected x of rank 4, found {}", to_string(x));
  FOVEA_CHECK(border.size() == 4 && (size.empty() || size.size() == 2),
              "expected 4 numbers in attribute 'border' and 2 or none in 'scale', found {} and {}",
              border.size(), size.size());
  ops::SliceAttributes cut{{0, 0, border[1], border[0]}, {1, 1, 1, 1}, x.dims()};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t extent = x[static_cast<std::int64_t>(i) + 2], begin = border[1 - i],
                       end = border[3 - i];
    FOVEA_CHECK(begin >= 0 && end >= 0 && begin <= extent && end <= extent - begin,
                "attribute 'border': [{}] does not fit into {}", fmt::join(border, ","), to_string(x));
    cut.sizes[i + 2] = size.empty() ? extent - begin - end : size[i];
    FOVEA_CHECK(cut.sizes[i + 2] >= 0 && cut.sizes[i + 2] <= extent - begin,
                "attribute 'scale': [{}] does not fit into {}", fmt::join(size, ","), to_string(x));
  }
  c.output(c.emit(ops::slice(), {c.x()}, cut));
}

void translate_given_tensor_fill(TranslateContext& c) {
  const Shape shape = filled_shape(c);
  const auto values = c.node().numbers("values").value_or(std::vector<float>());
  FOVEA_CHECK(static_cast<std::int64_t>(values.size()) == shape.elements(),
              "attribute 'values': expected {} numbers, found {}", shape.elements(), values.size());
  c.output(c.add_constant(Tensor::from<float>(shape, values).cast(c.options().floating), ""));
}

void translate_image_scaler(TranslateContext& c) {
  const Shape x = c.shape();
  const auto bias = c.node().numbers("bias").value_or(std::vector<float>());
  FOVEA_CHECK(x.rank() == 4 && static_cast<std::int64_t>(bias.size()) == x[1],
              "expected a picture of {} channels, as attribute 'bias' has numbers, found {}", bias.size(),
              to_string(x));
  const ir::ValueId scaled = times(c, c.x(), c.node().number("scale", 1), "/scaled");
  const Tensor offsets = Tensor::from<float>({x[1], 1, 1}, bias).cast(c.dtype(c.x()));
  c.output(c.emit(ops::add(), {scaled, c.add_constant(offsets, "/bias")}));
}

void translate_parametric_softplus(TranslateContext& c) {
  const ir::ValueId scaled = times(c, c.x(), c.node().number("beta", 1), "/scaled");
  const ir::ValueId y = c.emit(ops::softplus(), {scaled}, {}, "/softplus");
  c.output(c.emit(ops::mul(), {y, c.scalar_like(y, c.node().number("alpha", 1))}));
}

void translate_scale(TranslateContext& c) {
  c.output(c.pass(times(c, c.x(), c.node().number("scale", 1), "/scaled")));
}

void translate_scaled_tanh(TranslateContext& c) {
  const ir::ValueId scaled = times(c, c.x(), c.node().number("beta", 1), "/scaled");
  const ir::ValueId y = c.emit(ops::tanh(), {scaled}, {}, "/tanh");
  c.output(c.emit(ops::mul(), {y, c.scalar_like(y, c.node().number("alpha", 1))}));
}

}  // namespace

Family legacy_family() {
  return {
      {"Affine", translate_affine},
      {"ConstantFill", translate_constant_fill},
      {"Crop", translate_crop},
      {"GivenTensorFill", translate_given_tensor_fill},
      {"ImageScaler", translate_image_scaler},
      {"ParametricSoftplus", translate_parametric_softplus},
      {"Scale", translate_scale},
      {"ScaledTanh", translate_scaled_tanh},
  };
}

}  // namespace fovea::onnx_import
