#include "backend/onednn/axis_extents.hpp"
#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/vector_kernels.hpp"
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

bool supports_lrn(const ir::Graph&, const ir::Node&) {
  return true;
}

bool supports_lrn_gradient(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.inputs[0])[1] <= kMostResponses;
}

/// Rows of channels, behind all other axes.
Desc channel_rows(const Shape& shape) {
  return desc_in_order(shape, order_with_last(shape.rank(), {1}));
}

ResponseWindow response_window(const ir::Node& node) {
  const auto& a = node.attributes.as<ops::LrnAttributes>();
  return {(a.size - 1) / 2, a.size / 2, static_cast<float>(a.alpha / static_cast<double>(a.size)),
          static_cast<float>(a.bias), static_cast<float>(a.beta)};
}

/// The window within a row of so many channels.
ResponseWindow cropped(ResponseWindow window, std::int64_t channels) {
  window.before = std::min(window.before, channels - 1);
  window.after = std::min(window.after, channels - 1);
  return window;
}

void lower_lrn(OneDnnBuilder& builder, const ir::Node& node) {
  const Shape& shape = builder.graph().shape(node.inputs[0]);
  const std::int64_t channels = shape[1], rows = shape.elements() / channels;
  const Place x = builder.place(node.inputs[0], channel_rows(shape));
  const Place y = builder.produce(node.outputs[0], x.desc);
  builder.add_kernel(node.op->name, {x}, {y},
                     [=, window = cropped(response_window(node), channels),
                      kernel = vector_kernels().response](const std::vector<void*>& at) {
                       const auto* from = static_cast<const float*>(at[0]);
                       auto* to = static_cast<float*>(at[1]);
                       share_rows(rows, channels, [&](std::int64_t begin, std::int64_t end) {
                         kernel(from + begin * channels, to + begin * channels, end - begin, channels,
                                window);
                       });
                     });
}

void lower_lrn_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const Shape& shape = builder.graph().shape(node.inputs[0]);
  const std::int64_t channels = shape[1], rows = shape.elements() / channels;
  const Place dy = builder.place(node.inputs[0], channel_rows(shape));
  const Place x = builder.place(node.inputs[1], dy.desc);
  const Place dx = builder.produce(node.outputs[0], dy.desc);
  builder.add_kernel(node.op->name, {dy, x}, {dx},
                     [=, window = cropped(response_window(node), channels),
                      kernel = vector_kernels().response_gradient](const std::vector<void*>& at) {
                       const auto* gradient = static_cast<const float*>(at[0]);
                       const auto* from = static_cast<const float*>(at[1]);
                       auto* to = static_cast<float*>(at[2]);
                       share_rows(rows, channels, [&](std::int64_t begin, std::int64_t end) {
                         const std::int64_t first = begin * channels;
                         kernel(gradient + first, from + first, to + first, end - begin, channels, window);
                       });
                     });
}

}  // namespace

std::vector<OperatorLowering> normalization_lowerings() {
  return {{&ops::batch_normalization(), supports_batch_norm, lower_batch_norm},
          {&ops::lrn(), supports_lrn, lower_lrn},
          {&ops::lrn_gradient(), supports_lrn_gradient, lower_lrn_gradient}};
}

}  // namespace fovea::backend::onednn_detail
