#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/vector_functions.hpp"
#include "ops/functions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::backend::onednn_detail {
namespace {

using dnnl::algorithm;

Eltwise clip_function(const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ClipAttributes>();
  return {algorithm::eltwise_clip, static_cast<float>(a.min), static_cast<float>(a.max)};
}

/// The next float in the direction of an infinity, past 0 the next one that is no subnormal.
float next_towards(float x, float infinity) {
  return x == 0 ? std::copysign(std::numeric_limits<float>::min(), infinity) : std::nextafter(x, infinity);
}

/// oneDNN's gradient is 0 at the bounds, ours 1, so the bounds move by as little as they can.
Eltwise clip_gradient_function(const ir::Node& node) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto& a = node.attributes.as<ops::ClipAttributes>();
  return {algorithm::eltwise_clip_v2, next_towards(static_cast<float>(a.min), -kInfinity),
          next_towards(static_cast<float>(a.max), kInfinity)};
}

/// One row an operator: its function, and whether the row is the operator itself, its gradient from (dy, x)
/// or its gradient from (dy, y). The last kind takes the algorithms named *_use_dst_for_bwd.
struct Row {
  const ir::Operator* op;
  Eltwise (*function)(const ir::Node& node);
  enum class Kind { Forward, Gradient, GradientFromResult } kind = Kind::Forward;
};

template <algorithm which>
Eltwise plain_function(const ir::Node&) {
  return {which};
}

const std::vector<Row>& rows() {
  using Kind = Row::Kind;
  static const std::vector<Row> table = {
      {&ops::abs(), plain_function<algorithm::eltwise_abs>},
      {&ops::abs_gradient(), plain_function<algorithm::eltwise_abs>, Kind::Gradient},
      {&ops::clip(), clip_function},
      {&ops::clip_gradient(), clip_gradient_function, Kind::Gradient},
      {&ops::elu(),
       [](const ir::Node& n) {
         return Eltwise{algorithm::eltwise_elu,
                        static_cast<float>(n.attributes.as<ops::EluAttributes>().alpha)};
       }},
      {&ops::exp(), plain_function<algorithm::eltwise_exp>},
      {&ops::hard_swish(), plain_function<algorithm::eltwise_hardswish>},
      {&ops::hard_swish_gradient(), plain_function<algorithm::eltwise_hardswish>, Kind::Gradient},
      {&ops::leaky_relu(),
       [](const ir::Node& n) {
         return Eltwise{algorithm::eltwise_relu,
                        static_cast<float>(n.attributes.as<ops::LeakyReluAttributes>().alpha)};
       }},
      {&ops::leaky_relu_gradient(),
       [](const ir::Node& n) {
         return Eltwise{algorithm::eltwise_relu,
                        static_cast<float>(n.attributes.as<ops::LeakyReluAttributes>().alpha)};
       },
       Kind::Gradient},
      {&ops::log(), plain_function<algorithm::eltwise_log>},
      {&ops::relu(), plain_function<algorithm::eltwise_relu>},
      {&ops::relu_gradient(), plain_function<algorithm::eltwise_relu_use_dst_for_bwd>,
       Kind::GradientFromResult},
      {&ops::sigmoid(), plain_function<algorithm::eltwise_logistic>},
      {&ops::sigmoid_gradient(), plain_function<algorithm::eltwise_logistic_use_dst_for_bwd>,
       Kind::GradientFromResult},
      {&ops::sqrt(), plain_function<algorithm::eltwise_sqrt>},
      {&ops::tanh(), plain_function<algorithm::eltwise_tanh>},
      {&ops::tanh_gradient(), plain_function<algorithm::eltwise_tanh_use_dst_for_bwd>,
       Kind::GradientFromResult},
  };
  return table;
}

const Row& row_of(const ir::Node& node) {
  return *std::find_if(rows().begin(), rows().end(), [&](const Row& row) { return row.op == node.op; });
}

bool supports_any(const ir::Graph&, const ir::Node&) {
  return true;
}

/// Piecewise linear functions take and give elements of any type; curves are computed in float32.
Place operand(OneDnnBuilder& builder, const ir::Node& node, std::size_t i) {
  return node.op->traits.piecewise_linear ? builder.native(node.inputs[i]) : builder.place(node.inputs[i]);
}

/// Float32 is for the vector kernels: oneDNN's functions lose NaN, and its logarithm digits.
bool is_for_vector_kernel(const OneDnnBuilder& builder, const ir::Node& node, const Place& place) {
  return type_of(place.desc) == Type::f32 && vector_function(builder.graph(), node).has_value();
}

void lower_forward(OneDnnBuilder& builder, const ir::Node& node) {
  const Place x = operand(builder, node, 0);
  if (is_for_vector_kernel(builder, node, x))
    return lower_curve(builder, node);
  builder.add_primitive(node.op->name, eltwise_forward(builder.engine(), row_of(node).function(node), x.desc),
                        {{DNNL_ARG_SRC, x}},
                        {{DNNL_ARG_DST, builder.produce_in_place(node.inputs[0], x, node.outputs[0])}});
}

void lower_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const Row& row = row_of(node);
  // The forward value keeps its layout, the gradient comes to it.
  const Place data = operand(builder, node, 1);
  if (is_for_vector_kernel(builder, node, data))
    return lower_curve(builder, node);
  const bool uses_destination = row.kind == Row::Kind::GradientFromResult;
  const Place dy = builder.place(node.inputs[0], data.desc);
  builder.add_primitive(node.op->name, eltwise_backward(builder.engine(), row.function(node), data.desc),
                        {{uses_destination ? DNNL_ARG_DST : DNNL_ARG_SRC, data}, {DNNL_ARG_DIFF_DST, dy}},
                        {{DNNL_ARG_DIFF_SRC, builder.produce_in_place(node.inputs[0], dy, node.outputs[0])}});
}

}  // namespace

std::vector<OperatorLowering> eltwise_lowerings() {
  std::vector<OperatorLowering> lowerings;
  for (const Row& row : rows())
    lowerings.push_back({row.op, supports_any,
                         row.kind == Row::Kind::Forward ? lower_forward : lower_gradient,
                         row.op->traits.piecewise_linear ? kAnyType : OperatorLowering::Takes::Float32});
  return lowerings;
}

}  // namespace fovea::backend::onednn_detail
