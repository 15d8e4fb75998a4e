#include "onnx/import/families.hpp"

#include "onnx/import/activations.hpp"
#include "onnx/import/legacy_attributes.hpp"
#include "ops/add.hpp"
#include "ops/functions.hpp"
#include "ops/log_softmax.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/prelu.hpp"
#include "ops/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::onnx_import {
namespace {

/// Before opset 13 the tensor is flattened to two axes at `axis` (by default 1) and every row is one
/// distribution; since then each line along `axis` (by default the last) is one.
void softmax_like(TranslateContext& c, const ir::Operator& op) {
  const Shape x = c.shape();
  const bool flattens = c.opset() < 13;
  const std::int64_t axis = resolve_axis(c.node().integer("axis", flattens ? 1 : -1), x.rank());
  std::int64_t rows = 1, columns = 1;
  for (std::int64_t i = 0; i < x.rank(); ++i)
    (i < axis ? rows : columns) *= x[i];
  if (!flattens || columns == x[axis])
    return c.output(c.emit(op, {c.x()}, ops::SoftmaxAttributes{.axis = axis}));
  const ir::ValueId flat = c.reshape(c.x(), {rows, columns}, "/flat");
  c.output(c.reshape(c.emit(op, {flat}, ops::SoftmaxAttributes{.axis = 1}, "/rows"), x));
}

/// A lower bound above the upper one is the upper one: ONNX makes everything that.
ir::ValueId clipped(TranslateContext& c, ir::ValueId x, ops::ClipAttributes bounds) {
  bounds.min = std::min(bounds.min, bounds.max);
  return c.emit(ops::clip(), {x}, bounds);
}

/// Whether Clip's i-th input, where it is given, is known and floating.
bool is_fixed_bound(const TranslateContext& c, int i) {
  return !c.has(i) || (c.is_constant(c.x(i)) && is_floating(c.dtype(c.x())));
}

}  // namespace

ir::ValueId gelu(TranslateContext& c, ir::ValueId x, bool by_tanh) {
  auto times = [&](ir::ValueId value, double factor) {
    return c.emit(ops::mul(), {value, c.scalar_like(x, factor)}, {}, "/scaled");
  };
  ir::ValueId inner;
  if (!by_tanh) {
    inner = c.emit(ops::erf(), {times(x, std::sqrt(0.5))}, {}, "/erf");
  } else {
    const ir::ValueId square = c.emit(ops::mul(), {x, x}, {}, "/square");
    const ir::ValueId cube = c.emit(ops::mul(), {square, x}, {}, "/cube");
    const ir::ValueId sum = c.emit(ops::add(), {x, times(cube, 0.044715)}, {}, "/sum");
    inner = c.emit(ops::tanh(), {times(sum, std::sqrt(2 / std::acos(-1.0)))}, {}, "/tanh");
  }
  const ir::ValueId gate = c.emit(ops::add(), {inner, c.scalar_like(x, 1)}, {}, "/gate");
  return c.emit(ops::mul(), {times(x, 0.5), gate});
}

ir::ValueId fused_activation(TranslateContext& c, ir::ValueId x, const std::string& name,
                             std::span<const float> parameters) {
  const auto parameter = [&](std::size_t i, float otherwise) {
    return double{i < parameters.size() ? parameters[i] : otherwise};
  };
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (name.empty())
    return x;
  if (name == "Relu")
    return c.emit(ops::relu(), {x});
  if (name == "Sigmoid")
    return c.emit(ops::sigmoid(), {x});
  if (name == "Tanh")
    return c.emit(ops::tanh(), {x});
  if (name == "LeakyRelu")
    return c.emit(ops::leaky_relu(), {x}, ops::LeakyReluAttributes{.alpha = parameter(0, 0.01F)});
  if (name == "Clip")
    return clipped(c, x, {.min = parameter(0, -infinity), .max = parameter(1, infinity)});
  if (name == "HardSigmoid")
    return c.emit(ops::hard_sigmoid(), {x},
                  ops::HardSigmoidAttributes{.alpha = parameter(0, 0.2F), .beta = parameter(1, 0.5F)});
  throw InputError(fmt::format("attribute 'activation': '{}' is not supported", name));
}

namespace {

void translate_clip(TranslateContext& c) {
  ops::ClipAttributes bounds;
  if (c.opset() < 11) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    bounds.min = c.node().number("min", -infinity);
    bounds.max = c.node().number("max", infinity);
    return c.output(clipped(c, c.x(), bounds));
  }
  if (is_floating(c.dtype(c.x())) && is_fixed_bound(c, 1) && is_fixed_bound(c, 2)) {
    bounds.min = c.has(1) ? c.scalar(1, "min") : bounds.min;
    bounds.max = c.has(2) ? c.scalar(2, "max") : bounds.max;
    return c.output(clipped(c, c.x(), bounds));
  }
  ir::ValueId y = c.x();
  if (c.has(1))
    y = c.emit(ops::max(), {y, c.x(1)}, {}, c.has(2) ? "/max" : "");
  if (c.has(2))
    y = c.emit(ops::min(), {y, c.x(2)});
  c.output(y == c.x() ? c.pass(y) : y);
}

void translate_elu(TranslateContext& c) {
  c.output(c.emit(ops::elu(), {c.x()}, ops::EluAttributes{.alpha = c.node().number("alpha", 1)}));
}

void translate_gelu(TranslateContext& c) {
  const std::string form = c.node().text("approximate", "none");
  FOVEA_CHECK(form == "none" || form == "tanh", "attribute 'approximate': unexpected value '{}'", form);
  c.output(gelu(c, c.x(), form == "tanh"));
}

void translate_hard_sigmoid(TranslateContext& c) {
  // 0.2 as the float32 that a file would hold, so that a file that writes the default out gives the same
  // result
  c.output(c.emit(ops::hard_sigmoid(), {c.x()},
                  ops::HardSigmoidAttributes{.alpha = c.node().number("alpha", 0.2F),
                                             .beta = c.node().number("beta", 0.5F)}));
}

void translate_leaky_relu(TranslateContext& c) {
  c.output(
      c.emit(ops::leaky_relu(), {c.x()}, ops::LeakyReluAttributes{.alpha = c.node().number("alpha", 0.01F)}));
}

void translate_log_softmax(TranslateContext& c) {
  softmax_like(c, ops::log_softmax());
}

void translate_mish(TranslateContext& c) {
  const ir::ValueId softplus = c.emit(ops::softplus(), {c.x()}, {}, "/softplus");
  c.output(c.emit(ops::mul(), {c.x(), c.emit(ops::tanh(), {softplus}, {}, "/tanh")}));
}

void translate_prelu(TranslateContext& c) {
  c.output(c.emit(ops::prelu(), {c.x(0), prelu_slope(c)}));
}

void translate_selu(TranslateContext& c) {
  const bool rounded = c.opset() < 6;
  const double alpha = c.node().number("alpha", rounded ? 1.6732F : 1.67326319217681884765625F);
  const double gamma = c.node().number("gamma", rounded ? 1.0507F : 1.05070102214813232421875F);
  const ir::ValueId elu = c.emit(ops::elu(), {c.x()}, ops::EluAttributes{.alpha = alpha}, "/elu");
  c.output(c.emit(ops::mul(), {elu, c.scalar_like(elu, gamma)}));
}

void translate_softmax(TranslateContext& c) {
  softmax_like(c, ops::softmax());
}

}  // namespace

Family activation_family() {
  return {
      {"Clip", translate_clip},
      {"Elu", translate_elu},
      {"Erf", unary<ops::erf>},
      {"Gelu", translate_gelu},
      {"HardSigmoid", translate_hard_sigmoid},
      {"HardSwish", unary<ops::hard_swish>},
      {"LeakyRelu", translate_leaky_relu},
      {"LogSoftmax", translate_log_softmax},
      {"Mish", translate_mish},
      {"PRelu", translate_prelu},
      {"Relu", unary<ops::relu>},
      {"Selu", translate_selu},
      {"Sigmoid", unary<ops::sigmoid>},
      {"Softmax", translate_softmax},
      {"Softplus", unary<ops::softplus>},
      {"Tanh", unary<ops::tanh>},
  };
}

}  // namespace fovea::onnx_import
