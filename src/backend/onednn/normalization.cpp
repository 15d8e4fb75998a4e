#include "backend/onednn/lowerings.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/lrn.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

bool supports_batch_norm(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.inputs[0]).rank() >= 2 && graph.shape(node.inputs[0]).rank() <= 5;
}

void lower_batch_norm(OneDnnBuilder& builder, const ir::Node& node) {
  const Place x = builder.place(node.inputs[0]);
  const auto epsilon = static_cast<float>(node.attributes.as<ops::BatchNormalizationAttributes>().epsilon);
  builder.add_primitive(node.op->name, batch_norm_inference(builder.engine(), x.desc, epsilon),
                        {{DNNL_ARG_SRC, x},
                         {DNNL_ARG_SCALE, builder.plain(node.inputs[1])},
                         {DNNL_ARG_SHIFT, builder.plain(node.inputs[2])},
                         {DNNL_ARG_MEAN, builder.plain(node.inputs[3])},
                         {DNNL_ARG_VARIANCE, builder.plain(node.inputs[4])}},
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], x.desc)}});
}

/// oneDNN centres its window, ONNX lets an even one lean towards the later channels.
bool supports_lrn(const ir::Graph& graph, const ir::Node& node) {
  const std::int64_t size = node.attributes.as<ops::LrnAttributes>().size;
  return graph.shape(node.inputs[0]).rank() == 4 && size % 2 == 1 && size <= 1 << 20;
}

void lower_lrn(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::LrnAttributes>();
  const Place x = builder.place(node.inputs[0]);
  const Primitive lrn =
      lrn_forward(builder.engine(), x.desc, static_cast<int>(a.size), static_cast<float>(a.alpha),
                  static_cast<float>(a.beta), static_cast<float>(a.bias));
  builder.add_primitive(node.op->name, lrn, {{DNNL_ARG_SRC, x}},
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], x.desc)}});
}

}  // namespace

std::vector<OperatorLowering> normalization_lowerings() {
  return {{&ops::batch_normalization(), supports_batch_norm, lower_batch_norm},
          {&ops::lrn(), supports_lrn, lower_lrn}};
}

}  // namespace fovea::backend::onednn_detail
