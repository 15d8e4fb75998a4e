#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/merged_groups.hpp"
#include "backend/onednn/winograd.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/flipped_weights.hpp"
#include "ops/fused_conv.hpp"

#include <omp.h>

#include <algorithm>

namespace fovea::backend::onednn_detail {
namespace {

template <class ConvLikeAttributes>
Window window_of(const ConvLikeAttributes& a) {
  return {{}, a.strides, a.dilations, {a.pads[0], a.pads[1]}, {a.pads[2], a.pads[3]}};
}

/// oneDNN writes grouped weights with an axis for the group: [G, OC/G, C/G, KH, KW]. Groups may be merged.
Shape grouped(const Shape& w, std::int64_t groups, std::int64_t merged = 1) {
  groups /= merged;
  return groups == 1 ? Shape{w[0], w[1] * merged, w[2], w[3]}
                     : Shape{groups, w[0] / groups, w[1] * merged, w[2], w[3]};
}

/// Windows of one tap need no flipping: the exchange of channels is a way to read them.
bool is_transpose(const ir::Graph& graph, const ir::Node& flipped) {
  const Shape& w = graph.shape(flipped.inputs[0]);
  return w[2] == 1 && w[3] == 1 && flipped.attributes.as<ops::FlippedWeightsAttributes>().groups == 1;
}

Place flipped_weights_place(OneDnnBuilder& builder, const ir::Node& flipped, const Desc& wanted) {
  const ir::Graph& graph = builder.graph();
  const Tensor& w = *graph.value(flipped.inputs[0]).constant;
  const std::int64_t groups = flipped.attributes.as<ops::FlippedWeightsAttributes>().groups;
  const Shape& shape = graph.shape(flipped.outputs[0]);
  if (is_transpose(graph, flipped))
    return builder.constant(w, Desc(shape.dims(), Type::f32, Dims{1, shape[0], 1, 1}), wanted);
  return builder.constant(ops::flip_weights(w, groups), OneDnnBuilder::plain_desc(grouped(shape, groups)),
                          wanted);
}

/// Whether a convolution's weights are known: a constant, flipped or not.
bool are_known(const ir::Graph& graph, ir::ValueId weights) {
  const ir::Node* producer = graph.producer(weights);
  return graph.is_constant(weights) || (producer && producer->op == &ops::flipped_weights());
}

/// Weights that are known, as the convolution reads them.
Tensor known_weights(const ir::Graph& graph, ir::ValueId weights) {
  const ir::Node* flipped = graph.producer(weights);
  return flipped ? ops::flip_weights(*graph.value(flipped->inputs[0]).constant,
                                     flipped->attributes.as<ops::FlippedWeightsAttributes>().groups)
                 : *graph.value(weights).constant;
}

/// The weights in the layout the primitive wants. They may be read under the grouped shape, so this is not
/// `place`.
Place weights_place(OneDnnBuilder& builder, ir::ValueId id, std::int64_t groups, std::int64_t merged,
                    const Desc& wanted) {
  const ir::Graph& graph = builder.graph();
  if (merged > 1)
    return builder.constant(merge_groups(known_weights(graph, id), groups, merged),
                            OneDnnBuilder::plain_desc(grouped(graph.shape(id), groups, merged)), wanted);
  const ir::Node* producer = graph.producer(id);
  if (producer && producer->op == &ops::flipped_weights())
    return flipped_weights_place(builder, *producer, wanted);
  if (groups == 1)
    return builder.place(id, wanted);
  return builder.reinterpreted(id, OneDnnBuilder::plain_desc(grouped(graph.shape(id), groups)), wanted);
}

bool has(const ir::Node& node, std::size_t i) {
  return node.inputs.size() > i && node.inputs[i] != ir::kNoValue;
}

/// The library counts in 32 bits, and its weights must have at least one element.
template <class ConvLikeAttributes>
bool is_moderate(const ConvLikeAttributes& a, const Shape& w) {
  constexpr std::int64_t largest = std::int64_t{1} << 20;
  const auto fits = [](const std::vector<std::int64_t>& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](std::int64_t n) { return n <= largest; });
  };
  return w.elements() > 0 && fits(a.strides) && fits(a.pads) && fits(a.dilations) &&
         std::max(a.dilations[0] * w[2], a.dilations[1] * w[3]) <= largest;
}

bool supports_conv(const ir::Graph& graph, const ir::Node& node) {
  return is_moderate(node.attributes.as<ops::ConvAttributes>(), graph.shape(node.inputs[1]));
}

bool supports_fused_conv(const ir::Graph& graph, const ir::Node& node) {
  return is_moderate(node.attributes.as<ops::FusedConvAttributes>().conv, graph.shape(node.inputs[1]));
}

/// What `make` makes of pictures with the channels last, or of the library's own layout where it has no
/// kernel made for this processor otherwise. `make` is given what turns a shape and a type into a layout.
template <class Make>
auto best_layout(const Make& make) {
  const auto conv = make(OneDnnBuilder::channels_last_desc);
  if (conv.is_optimized)
    return conv;
  const auto other = make(OneDnnBuilder::any_desc);
  return other.is_optimized || !conv.primitive ? other : conv;
}

/// A convolution, and how many of its groups were merged into one.
template <class Conv>
struct Merged {
  Conv conv;
  std::int64_t groups = 1;
};

/// make(1), or where the library has no kernel made for this processor for groups of so few channels, that of
/// wider groups: those of ResNeXt, with 4 channels, run five times as fast in pairs, half of whose weights
/// are zeros.
template <class Make>
auto merge_small_groups(std::int64_t groups, bool has_known_weights, const Make& make) {
  using Result = Merged<decltype(make(groups))>;
  const Result alone{make(1)};
  for (std::int64_t merged = 2; merged <= 8 && has_known_weights && !alone.conv.is_optimized; merged *= 2)
    if (groups % merged == 0)
      if (const auto wide = make(merged); wide.is_optimized)
        return Result{wide, merged};
  return alone;
}

Merged<ConvForward> choose_conv(OneDnnBuilder& builder, const ir::Node& node, const Window& window,
                                std::int64_t groups, const Epilogue& epilogue) {
  const ir::Graph& graph = builder.graph();
  const Type in = builder.operand_type();
  const Type out = has(node, 3) ? Type::f32 : builder.result_type(node.outputs[0]);
  const Desc bias = has(node, 2) ? OneDnnBuilder::plain_desc(graph.shape(node.inputs[2])) : Desc();
  return merge_small_groups(groups, are_known(graph, node.inputs[1]), [&](std::int64_t merged) {
    const Desc weights = OneDnnBuilder::any_desc(grouped(graph.shape(node.inputs[1]), groups, merged), in);
    return best_layout([&](auto* layout) {
      return conv_forward(builder.engine(), layout(graph.shape(node.inputs[0]), in), weights, bias,
                          layout(graph.shape(node.outputs[0]), out), window, epilogue);
    });
  });
}

/// Where the convolution writes, holding the sum at first if there is one. A picture that is both convolved
/// and added must outlive its being overwritten.
Place destination(OneDnnBuilder& builder, const ir::Node& node, const Desc& dst) {
  if (!has(node, 3))
    return builder.produce(node.outputs[0], dst);
  if (node.inputs[3] == node.inputs[0])
    return builder.copy(node.inputs[3], node.outputs[0], dst);
  return builder.overwrite(node.inputs[3], node.outputs[0], dst);
}

/// The convolution as one that Winograd's kernels may compute; nothing where they cannot, or are slower.
std::optional<std::pair<WinogradConv, WinogradTile>>
as_winograd(const OneDnnBuilder& builder, const ir::Node& node, const Window& window, std::int64_t groups) {
  const ir::Graph& graph = builder.graph();
  const Shape &x = graph.shape(node.inputs[0]), &w = graph.shape(node.inputs[1]),
              &y = graph.shape(node.outputs[0]);
  const auto are_ones = [](const Dims& dims) {
    return std::all_of(dims.begin(), dims.end(), [](auto n) { return n == 1; });
  };
  if (groups != 1 || w[2] != 3 || w[3] != 3 || !are_ones(window.strides) || !are_ones(window.dilations) ||
      !are_known(graph, node.inputs[1]) || builder.operand_type() != Type::f32)
    return std::nullopt;
  const WinogradConv conv{x[0], x[2], x[3], x[1], y[2], y[3], y[1], window.pad_begin[0], window.pad_begin[1]};
  const auto tile = winograd_tile(conv);
  return tile ? std::optional(std::pair(conv, *tile)) : std::nullopt;
}

void add_winograd(OneDnnBuilder& builder, const ir::Node& node, WinogradConv conv, WinogradTile tile,
                  bool rectifies) {
  const ir::Graph& graph = builder.graph();
  conv.adds = has(node, 3);
  conv.rectifies = rectifies;
  const Tensor w = known_weights(graph, node.inputs[1]);
  const int threads = omp_get_max_threads();
  std::vector<Place> reads = {
      builder.place(node.inputs[0], OneDnnBuilder::channels_last_desc(graph.shape(node.inputs[0]))),
      builder.constant(winograd_filter_floats(conv, tile), [&](float* filters) {
        transform_filters(conv, tile, w.data<float>().data(), filters);
      })};
  if (has(node, 2))
    reads.push_back(builder.plain(node.inputs[2]));
  const Place y = destination(builder, node, OneDnnBuilder::channels_last_desc(graph.shape(node.outputs[0])));
  const Place scratch = builder.scratch(winograd_scratch(conv, tile, threads));
  builder.add_kernel(
      node.op->name, reads, {y, scratch}, [=, has_bias = has(node, 2)](const std::vector<void*>& at) {
        const auto floats = [&](std::size_t i) { return static_cast<float*>(at[i]); };
        const std::size_t written = has_bias ? 3 : 2;
        winograd_convolve(conv, tile, threads, floats(0), floats(1), has_bias ? floats(2) : nullptr,
                          floats(written), floats(written + 1));
      });
}

void add_conv(OneDnnBuilder& builder, const ir::Node& node, const Window& window, std::int64_t groups,
              Epilogue epilogue) {
  if (const auto winograd = as_winograd(builder, node, window, groups))
    return add_winograd(builder, node, winograd->first, winograd->second,
                        epilogue.activation == Epilogue::Activation::Relu);
  if (has(node, 3))
    epilogue.sum = Epilogue::Sum::Destination;
  const auto [conv, merged] = choose_conv(builder, node, window, groups, epilogue);
  std::vector<OneDnnBuilder::Argument> reads = {
      {DNNL_ARG_SRC, builder.place(node.inputs[0], conv.src)},
      {DNNL_ARG_WEIGHTS, weights_place(builder, node.inputs[1], groups, merged, conv.weights)}};
  if (has(node, 2))
    reads.emplace_back(DNNL_ARG_BIAS, builder.plain(node.inputs[2]));
  builder.add_primitive(node.op->name, conv, reads, {{DNNL_ARG_DST, destination(builder, node, conv.dst)}});
}

void lower_conv(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ConvAttributes>();
  add_conv(builder, node, window_of(a), a.groups, {});
}

void lower_fused_conv(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::FusedConvAttributes>();
  Epilogue epilogue;
  if (a.activation == "relu")
    epilogue.activation = Epilogue::Activation::Relu;
  add_conv(builder, node, window_of(a.conv), a.conv.groups, epilogue);
}

/// As the gradient of a convolution; one with a bias, or with more output padding than a convolution can
/// round away, is left to the reference kernel.
bool supports_conv_transpose(const ir::Graph& graph, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  return is_moderate(a, graph.shape(node.inputs[1])) && !has(node, 2) && a.output_padding[0] < a.strides[0] &&
         a.output_padding[1] < a.strides[1];
}

Merged<ConvBackwardData> choose_conv_transpose(OneDnnBuilder& builder, const ir::Node& node,
                                               const ops::ConvTransposeAttributes& a) {
  const ir::Graph& graph = builder.graph();
  const Type in = builder.operand_type(), out = builder.result_type(node.outputs[0]);
  return merge_small_groups(a.groups, are_known(graph, node.inputs[1]), [&](std::int64_t merged) {
    const Desc weights = OneDnnBuilder::any_desc(grouped(graph.shape(node.inputs[1]), a.groups, merged), in);
    return best_layout([&](auto* layout) {
      return conv_backward_data(builder.engine(), layout(graph.shape(node.outputs[0]), out), weights,
                                layout(graph.shape(node.inputs[0]), in), window_of(a));
    });
  });
}

void lower_conv_transpose(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  const auto [conv, merged] = choose_conv_transpose(builder, node, a);
  builder.add_primitive(
      node.op->name, conv,
      {{DNNL_ARG_DIFF_DST, builder.place(node.inputs[0], conv.diff_dst)},
       {DNNL_ARG_WEIGHTS, weights_place(builder, node.inputs[1], a.groups, merged, conv.weights)}},
      {{DNNL_ARG_DIFF_SRC, builder.produce(node.outputs[0], conv.diff_src)}});
}

/// Flipped weights are made by the convolutions that read them, if those are oneDNN's.
bool supports_flipped_weights(const ir::Graph& graph, const ir::Node& node) {
  const ir::ValueId w = node.outputs[0];
  const std::vector<ir::NodeId>& readers = graph.readers(w);
  return graph.is_constant(node.inputs[0]) && !graph.is_output(w) &&
         std::all_of(readers.begin(), readers.end(), [&](ir::NodeId id) {
           const ir::Node& reader = graph.nodes()[static_cast<std::size_t>(id)];
           const auto reads = std::count(reader.inputs.begin(), reader.inputs.end(), w);
           const bool convolves = reader.op == &ops::conv() || reader.op == &ops::fused_conv();
           return reads == 1 && convolves && reader.inputs[1] == w && lowering_for(graph, reader);
         });
}

void lower_flipped_weights(OneDnnBuilder&, const ir::Node&) {}

}  // namespace

std::vector<OperatorLowering> convolution_lowerings() {
  return {{&ops::conv(), supports_conv, lower_conv, kAnyType},
          {&ops::fused_conv(), supports_fused_conv, lower_fused_conv, kAnyType},
          {&ops::conv_transpose(), supports_conv_transpose, lower_conv_transpose, kAnyType},
          {&ops::flipped_weights(), supports_flipped_weights, lower_flipped_weights}};
}

}  // namespace fovea::backend::onednn_detail
