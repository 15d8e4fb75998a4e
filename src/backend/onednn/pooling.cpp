#include "backend/onednn/lowerings.hpp"
#include "ops/average_pool.hpp"
#include "ops/global_average_pool.hpp"
#include "ops/max_pool.hpp"

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

/// The padding at the end that makes oneDNN's rounding down give `out`: the declared one, or more where the
/// last window hangs over it.
std::int64_t end_padding(std::int64_t declared, std::int64_t begin, std::int64_t in, std::int64_t out,
                         std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  return std::max(declared, (out - 1) * stride + dilation * (kernel - 1) + 1 - in - begin);
}

template <class PoolLikeAttributes>
Window window_of(const PoolLikeAttributes& a, const Shape& in, const Shape& out) {
  Window window{a.kernel, a.strides, a.dilations, {a.pads[0], a.pads[1]}, {}};
  for (int i = 0; i < 2; ++i)
    window.pad_end.push_back(end_padding(a.pads[2 + i], a.pads[i], in[2 + i], out[2 + i], a.kernel[i],
                                         a.strides[i], a.dilations[i]));
  return window;
}

/// Windows that the library's kernels are made for: it counts in 32 bits, and walks over what lies in the
/// padding, which the reference kernel skips.
bool is_moderate(const Window& window, const Shape& plane) {
  constexpr std::int64_t largest = std::int64_t{1} << 20, always = 64;
  for (std::size_t i = 0; i < 2; ++i)
    if (window.kernel[i] > std::max(always, plane[static_cast<std::int64_t>(i) + 2]) ||
        std::max({window.strides[i], window.dilations[i], window.pad_begin[i], window.pad_end[i]}) > largest)
      return false;
  return true;
}

/// Padding as wide as the window would leave windows without any element; the reference kernel defines those.
bool is_padding_narrow(const Window& window) {
  for (std::size_t i = 0; i < 2; ++i) {
    const auto extent = window.dilations[i] * (window.kernel[i] - 1) + 1;
    if (window.pad_begin[i] >= extent || window.pad_end[i] >= extent)
      return false;
  }
  return true;
}

// Max pooling. oneDNN remembers the winners in a workspace of its own, which stands for the switches when
// both the pooling and its gradients are lowered; nothing else may read them.

bool is_own_gradient(const ir::Graph& graph, const ir::Node& node, ir::ValueId switches) {
  return node.op == &ops::max_pool_gradient() && node.inputs[1] == switches &&
         graph.producer(switches) != nullptr;
}

bool supports_max_pool(const ir::Graph& graph, const ir::Node& node) {
  const ir::ValueId switches = node.outputs[1];
  const std::vector<ir::NodeId>& readers = graph.readers(switches);
  const bool only_gradients = std::all_of(readers.begin(), readers.end(), [&](ir::NodeId reader) {
    return is_own_gradient(graph, graph.nodes()[static_cast<std::size_t>(reader)], switches);
  });
  const auto& a = node.attributes.as<ops::MaxPoolAttributes>();
  return !graph.is_output(switches) && only_gradients &&
         is_padding_narrow(window_of(a, graph.shape(node.inputs[0]), graph.shape(node.outputs[0]))) &&
         is_moderate(window_of(a, graph.shape(node.inputs[0]), graph.shape(node.outputs[0])),
                     graph.shape(node.inputs[0]));
}

void lower_max_pool(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const Shape& y = graph.shape(node.outputs[0]);
  const Place x = builder.native(node.inputs[0]);
  const bool keep = builder.uses()[static_cast<std::size_t>(node.outputs[1])] > 0;
  const PoolForward pool =
      pool_forward(builder.engine(), keep ? Pooling::MaxWithWorkspace : Pooling::Max, x.desc,
                   OneDnnBuilder::any_desc(y, type_of(x.desc)),
                   window_of(node.attributes.as<ops::MaxPoolAttributes>(), graph.shape(node.inputs[0]), y));
  std::vector<OneDnnBuilder::Argument> writes = {{DNNL_ARG_DST, builder.produce(node.outputs[0], pool.dst)}};
  if (keep)
    writes.emplace_back(DNNL_ARG_WORKSPACE, builder.produce(node.outputs[1], pool.workspace));
  builder.add_primitive(node.op->name, pool, {{DNNL_ARG_SRC, x}}, writes);
}

bool supports_max_pool_gradient(const ir::Graph& graph, const ir::Node& node) {
  const ir::Node* forward = graph.producer(node.inputs[1]);
  return forward && forward->op == &ops::max_pool() && lowering_for(graph, *forward) != nullptr;
}

void lower_max_pool_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const ir::Node& forward = *graph.producer(node.inputs[1]);
  const PoolBackward pool =
      pool_backward(builder.engine(), Pooling::MaxWithWorkspace, builder.native(forward.inputs[0]).desc,
                    builder.native(forward.outputs[0]).desc,
                    window_of(forward.attributes.as<ops::MaxPoolAttributes>(), graph.shape(node.outputs[0]),
                              graph.shape(node.inputs[0])));
  builder.add_primitive(node.op->name, pool,
                        {{DNNL_ARG_DIFF_DST, builder.place(node.inputs[0], pool.diff_dst)},
                         {DNNL_ARG_WORKSPACE, builder.native(node.inputs[1])}},
                        {{DNNL_ARG_DIFF_SRC, builder.produce(node.outputs[0], pool.diff_src)}});
}

// Average pooling.

template <class AverageAttributes>
Pooling kind_of(const AverageAttributes& a) {
  return a.count_include_pad != 0 ? Pooling::AverageIncludingPadding : Pooling::AverageExcludingPadding;
}

/// oneDNN's divisor counts what hangs beyond the padding, ONNX's does not.
template <class AverageAttributes>
bool is_divisor_the_same(const AverageAttributes& a, const Window& window, const Shape& plane) {
  const bool hangs_over = window.pad_end[0] > a.pads[2] || window.pad_end[1] > a.pads[3];
  return is_padding_narrow(window) && is_moderate(window, plane) && (a.count_include_pad == 0 || !hangs_over);
}

bool supports_average_pool(const ir::Graph& graph, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::AveragePoolAttributes>();
  return is_divisor_the_same(a, window_of(a, graph.shape(node.inputs[0]), graph.shape(node.outputs[0])),
                             graph.shape(node.inputs[0]));
}

void add_average_pool(OneDnnBuilder& builder, const ir::Node& node, Pooling kind, const Window& window) {
  const Place x = builder.native(node.inputs[0]);
  const PoolForward pool =
      pool_forward(builder.engine(), kind, x.desc,
                   OneDnnBuilder::any_desc(builder.graph().shape(node.outputs[0]), type_of(x.desc)), window);
  builder.add_primitive(node.op->name, pool, {{DNNL_ARG_SRC, x}},
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], pool.dst)}});
}

void add_average_pool_gradient(OneDnnBuilder& builder, const ir::Node& node, Pooling kind,
                               const Window& window) {
  const ir::Graph& graph = builder.graph();
  const PoolBackward pool =
      pool_backward(builder.engine(), kind, OneDnnBuilder::channels_last_desc(graph.shape(node.outputs[0])),
                    OneDnnBuilder::channels_last_desc(graph.shape(node.inputs[0])), window);
  builder.add_primitive(node.op->name, pool,
                        {{DNNL_ARG_DIFF_DST, builder.place(node.inputs[0], pool.diff_dst)}},
                        {{DNNL_ARG_DIFF_SRC, builder.produce(node.outputs[0], pool.diff_src)}});
}

void lower_average_pool(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::AveragePoolAttributes>();
  const ir::Graph& graph = builder.graph();
  add_average_pool(builder, node, kind_of(a),
                   window_of(a, graph.shape(node.inputs[0]), graph.shape(node.outputs[0])));
}

bool supports_average_pool_gradient(const ir::Graph& graph, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::AveragePoolGradientAttributes>();
  return is_divisor_the_same(a, window_of(a, graph.shape(node.outputs[0]), graph.shape(node.inputs[0])),
                             graph.shape(node.outputs[0]));
}

void lower_average_pool_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::AveragePoolGradientAttributes>();
  const ir::Graph& graph = builder.graph();
  add_average_pool_gradient(builder, node, kind_of(a),
                            window_of(a, graph.shape(node.outputs[0]), graph.shape(node.inputs[0])));
}

// Global average pooling: one window over the plane.

Window whole_plane(const Shape& x) {
  return {{x[2], x[3]}, {1, 1}, {1, 1}, {0, 0}, {0, 0}};
}

bool supports_global_average_pool(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.inputs[0]).rank() == 4;
}

void lower_global_average_pool(OneDnnBuilder& builder, const ir::Node& node) {
  add_average_pool(builder, node, Pooling::AverageExcludingPadding,
                   whole_plane(builder.graph().shape(node.inputs[0])));
}

void lower_global_average_pool_gradient(OneDnnBuilder& builder, const ir::Node& node) {
  add_average_pool_gradient(builder, node, Pooling::AverageExcludingPadding,
                            whole_plane(builder.graph().shape(node.outputs[0])));
}

}  // namespace

std::vector<OperatorLowering> pooling_lowerings() {
  return {{&ops::max_pool(), supports_max_pool, lower_max_pool, kAnyType},
          {&ops::max_pool_gradient(), supports_max_pool_gradient, lower_max_pool_gradient, kAnyType},
          {&ops::average_pool(), supports_average_pool, lower_average_pool, kAnyType},
          {&ops::average_pool_gradient(), supports_average_pool_gradient, lower_average_pool_gradient},
          {&ops::global_average_pool(), supports_global_average_pool, lower_global_average_pool, kAnyType},
          {&ops::global_average_pool_gradient(), supports_global_average_pool,
           lower_global_average_pool_gradient}};
}

}  // namespace fovea::backend::onednn_detail
