#include "backend/onednn/lowerings.hpp"
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

Eltwise leaky_relu_function(const ir::Node& node) {
  return {algorithm::eltwise_relu, static_cast<float>(node.attributes.as<ops::LeakyReluAttributes>().alpha)};
}

template <algorithm which>
Eltwise plain_function(const ir::Node&) {
  return {which};
}

/// One row an operator: its function, and whether the row is the operator itself, its gradient from (dy, x)
/// or its gradient from (dy, y). The last kind takes the algorithms named *_use_dst_for_bwd.
struct Row {
  const ir::Operator* op;
  Eltwise (*function)(const ir::Node& node);
  enum class Kind { Forward, Gradient, GradientFromResult } kind = Kind::Forward;
};

const std::vector<Row>& rows() {
  using Kind = Row::Kind;
  static const std::vector<Row> table = {
      {&ops::clip(), clip_function},
      {&ops::clip_gradient(), clip_gradient_function, Kind::Gradient},
      {&ops::leaky_relu(), leaky_relu_function},
      {&ops::leaky_relu_gradient(), leaky_relu_function, Kind::Gradient},
      {&ops::relu(), plain_function<algorithm::eltwise_relu>},
      {&ops::relu_gradient(), plain_function<algorithm::eltwise_relu_use_dst_for_bwd>,
       Kind::GradientFromResult},
  };
  return table;
}

void lower_forward(OneDnnBuilder& builder, const ir::Node& node, const Row& row) {
  const Place x = builder.native(node.inputs[0]);
  builder.add_primitive(node.op->name, eltwise_forward(builder.engine(), row.function(node), x.desc),
                        {{DNNL_ARG_SRC, x}},
                        {{DNNL_ARG_DST, builder.produce_in_place(node.inputs[0], x, node.outputs[0])}});
}

void lower_gradient(OneDnnBuilder& builder, const ir::Node& node, const Row& row) {
  // The forward value keeps its layout, the gradient comes to it.
  const Place data = builder.native(node.inputs[1]);
  const bool uses_destination = row.kind == Row::Kind::GradientFromResult;
  const Place dy = builder.place(node.inputs[0], data.desc);
  builder.add_primitive(node.op->name, eltwise_backward(builder.engine(), row.function(node), data.desc),
                        {{uses_destination ? DNNL_ARG_DST : DNNL_ARG_SRC, data}, {DNNL_ARG_DIFF_DST, dy}},
                        {{DNNL_ARG_DIFF_SRC, builder.produce_in_place(node.inputs[0], dy, node.outputs[0])}});
}

}  // namespace

bool lower_short_curve(OneDnnBuilder& builder, const ir::Node& node) {
  const auto row = std::find_if(rows().begin(), rows().end(), [&](const Row& r) { return r.op == node.op; });
  if (row == rows().end())
    return false;
  const bool is_forward = row->kind == Row::Kind::Forward;
  if (type_of(builder.native(node.inputs[is_forward ? 0 : 1]).desc) != Type::bf16)
    return false;
  (is_forward ? lower_forward : lower_gradient)(builder, node, *row);
  return true;
}

}  // namespace fovea::backend::onednn_detail
