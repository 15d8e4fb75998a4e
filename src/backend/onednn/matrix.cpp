#include "backend/onednn/lowerings.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"

namespace fovea::backend::onednn_detail {
namespace {

/// A stored matrix read as its transpose.
Desc matrix_desc(const Shape& stored, bool transposed) {
  const auto type = dnnl::memory::data_type::f32;
  return transposed ? Desc({stored[1], stored[0]}, type, Dims{1, stored[1]})
                    : Desc({stored[0], stored[1]}, type, Dims{stored[1], 1});
}

bool supports_gemm(const ir::Graph& graph, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::GemmAttributes>();
  if (a.alpha != 1)
    return false;
  if (node.inputs.size() < 3 || node.inputs[2] == ir::kNoValue)
    return true;
  const Shape& c = graph.shape(node.inputs[2]);
  return a.beta == 1 && c.elements() == graph.shape(node.outputs[0])[1] && c[c.rank() - 1] == c.elements();
}

void lower_gemm(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& attributes = node.attributes.as<ops::GemmAttributes>();
  const ir::Graph& graph = builder.graph();
  const Shape& y = graph.shape(node.outputs[0]);
  const Place a{builder.plain(node.inputs[0]).buffer,
                matrix_desc(graph.shape(node.inputs[0]), attributes.trans_a != 0)};
  const Place b{builder.plain(node.inputs[1]).buffer,
                matrix_desc(graph.shape(node.inputs[1]), attributes.trans_b != 0)};
  std::vector<OneDnnBuilder::Argument> reads = {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}};
  Place bias;
  if (node.inputs.size() > 2 && node.inputs[2] != ir::kNoValue) {
    bias = {builder.plain(node.inputs[2]).buffer, OneDnnBuilder::plain_desc({1, y[1]})};
    reads.emplace_back(DNNL_ARG_BIAS, bias);
  }
  const Desc dst = OneDnnBuilder::plain_desc(y);
  builder.add_primitive(node.op->name, matmul(builder.engine(), a.desc, b.desc, bias.desc, dst), reads,
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], dst)}});
}

bool supports_mat_mul(const ir::Graph& graph, const ir::Node& node) {
  const std::int64_t rank = graph.shape(node.inputs[0]).rank();
  return rank >= 2 && graph.shape(node.inputs[1]).rank() == rank;
}

void lower_mat_mul(OneDnnBuilder& builder, const ir::Node& node) {
  const Place a = builder.plain(node.inputs[0]);
  const Place b = builder.plain(node.inputs[1]);
  const Desc dst = OneDnnBuilder::plain_desc(builder.graph().shape(node.outputs[0]));
  builder.add_primitive(node.op->name, matmul(builder.engine(), a.desc, b.desc, {}, dst),
                        {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}},
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], dst)}});
}

}  // namespace

std::vector<OperatorLowering> matrix_lowerings() {
  return {{&ops::gemm(), supports_gemm, lower_gemm}, {&ops::mat_mul(), supports_mat_mul, lower_mat_mul}};
}

}  // namespace fovea::backend::onednn_detail
