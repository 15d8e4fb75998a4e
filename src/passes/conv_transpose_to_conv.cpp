#include "passes/conv_transpose_to_conv.hpp"

#include "base/ceil_div.hpp"
#include "base/dispatch.hpp"
#include "ops/add.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/depth_to_space.hpp"
#include "ops/flipped_weights.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

/// The padding of the convolution that takes the place of a transposed one, or nothing where it would have to
/// cut.
std::vector<std::int64_t> flipped_pads(const ops::ConvTransposeAttributes& a, const Shape& w) {
  std::vector<std::int64_t> pads(4);
  for (std::size_t i = 0; i < 4; ++i)
    pads[i] = a.dilations[i % 2] * (w[static_cast<std::int64_t>(2 + i % 2)] - 1) - a.pads[i];
  return pads;
}

bool is_turnable(const ir::Graph& graph, const ir::Node& node) {
  if (!graph.is_constant(node.inputs[1]))
    return false;
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  if (a.strides != std::vector<std::int64_t>{1, 1} || a.output_padding != std::vector<std::int64_t>{0, 0})
    return false;
  for (std::int64_t pad : flipped_pads(a, graph.shape(node.inputs[1])))
    if (pad < 0)
      return false;
  return true;
}

/// Output channels up to which a strided transposed convolution is taken apart into phases; library kernels
/// waste the most of a vector there.
constexpr std::int64_t kFewChannels = 8;
/// Phases up to which that is done: each has a convolution's worth of weights of its own.
constexpr std::int64_t kMostPhases = 64;

/// One direction of a strided transposed convolution taken apart. The result's coordinate o, moved by the
/// padding, is stride * q + phase; the q form a grid that a convolution of `taps` taps fills for each phase.
struct Phases {
  Phases(std::int64_t stride, std::int64_t kernel, std::int64_t pad, std::int64_t in, std::int64_t out)
      : taps(ceil_div(kernel, stride)), first(pad / stride), count((out - 1 + pad) / stride - first + 1),
        pad_begin(taps - 1 - first), pad_end(count + taps - 1 - in - pad_begin), offset(pad % stride) {}
  std::int64_t taps, first, count, pad_begin, pad_end, offset;
};

bool has_phases(const ir::Graph& graph, const ir::Node& node) {
  if (!graph.is_constant(node.inputs[1]))
    return false;
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  const Shape& y = graph.shape(node.outputs[0]);
  return a.groups == 1 && a.strides[0] * a.strides[1] > 1 && a.strides[0] * a.strides[1] <= kMostPhases &&
         y[1] <= kFewChannels && a.dilations == std::vector<std::int64_t>{1, 1};
}

/// w: [C,OC,KH,KW] -> [SH * SW * OC,C,taps,taps]: each phase has the taps that meet it, the last one first.
Tensor phase_weights(const Tensor& w, const std::vector<std::int64_t>& strides, const Phases& rows,
                     const Phases& columns) {
  const Shape& from = w.shape();
  const std::int64_t C = from[0], OC = from[1], KH = from[2], KW = from[3];
  Tensor result(w.dtype(), {strides[0] * strides[1] * OC, C, rows.taps, columns.taps});
  dispatch_floating(w.dtype(), [&]<class T>(T) {
    const T* src = w.data<T>().data();
    T* dst = result.data<T>().data();
    for (std::int64_t ph = 0; ph < strides[0]; ++ph)
      for (std::int64_t pw = 0; pw < strides[1]; ++pw)
        for (std::int64_t oc = 0; oc < OC; ++oc)
          for (std::int64_t c = 0; c < C; ++c)
            for (std::int64_t th = 0; th < rows.taps; ++th)
              for (std::int64_t tw = 0; tw < columns.taps; ++tw) {
                const std::int64_t kh = ph + strides[0] * (rows.taps - 1 - th);
                const std::int64_t kw = pw + strides[1] * (columns.taps - 1 - tw);
                *dst++ = kh < KH && kw < KW ? src[((c * OC + oc) * KH + kh) * KW + kw] : T(0);
              }
  });
  return result;
}

/// Emits the phases of a strided transposed convolution, without its bias; kNoValue where its padding does
/// not allow it.
ir::ValueId emit_phases(Rewriter& rewriter, const ir::Node& node) {
  const ir::Graph& graph = rewriter.from();
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  const ir::Value& w = graph.value(node.inputs[1]);
  const Shape &x = graph.shape(node.inputs[0]), &y = graph.shape(node.outputs[0]);
  const Phases rows(a.strides[0], w.type.shape[2], a.pads[0], x[2], y[2]);
  const Phases columns(a.strides[1], w.type.shape[3], a.pads[1], x[3], y[3]);
  if (std::min({rows.pad_begin, rows.pad_end, columns.pad_begin, columns.pad_end}) < 0)
    return ir::kNoValue;
  const ir::ValueId weights =
      rewriter.to().add_constant(w.name + "/phases", phase_weights(*w.constant, a.strides, rows, columns));
  const ops::ConvAttributes window{
      {1, 1}, {rows.pad_begin, columns.pad_begin, rows.pad_end, columns.pad_end}, {1, 1}, 1};
  const ir::ValueId phases =
      rewriter.to().add(ops::conv(), window, {rewriter.map(node.inputs[0]), weights}, node.name);
  return rewriter.to().add(
      ops::depth_to_space(),
      ops::DepthToSpaceAttributes{a.strides, {rows.offset, columns.offset}, {y[2], y[3]}}, {phases},
      node.name + "/depth_to_space");
}

/// A transposed convolution of stride 1 as a convolution.
ir::ValueId emit_convolution(Rewriter& rewriter, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  const ir::Value& w = rewriter.from().value(node.inputs[1]);
  const ir::ValueId flipped =
      rewriter.to().add(ops::flipped_weights(), ops::FlippedWeightsAttributes{a.groups},
                        {rewriter.map(node.inputs[1])}, w.name + "/flipped");
  std::vector<ir::ValueId> inputs = {rewriter.map(node.inputs[0]), flipped};
  if (node.inputs.size() > 2)
    inputs.push_back(rewriter.map(node.inputs[2]));
  const ops::ConvAttributes attributes{{1, 1}, flipped_pads(a, w.type.shape), a.dilations, a.groups};
  return rewriter.to().add(ops::conv(), attributes, std::move(inputs), node.name);
}

bool has_bias(const ir::Node& node) {
  return node.inputs.size() > 2 && node.inputs[2] != ir::kNoValue;
}

const Tensor* bias_of(const ir::Graph& graph, const ir::Node& node) {
  const bool is_known = has_bias(node) && graph.is_constant(node.inputs[2]);
  return is_known ? &*graph.value(node.inputs[2]).constant : nullptr;
}

/// A strided one in phases, where it has them, and its bias, which no library kernel takes, as a sum behind
/// it; kNoValue where it can stay what it is.
ir::ValueId emit_strided(Rewriter& rewriter, const ir::Node& node) {
  const Tensor* bias = bias_of(rewriter.from(), node);
  if (has_bias(node) && !bias)
    return ir::kNoValue;
  ir::ValueId y = has_phases(rewriter.from(), node) ? emit_phases(rewriter, node) : ir::kNoValue;
  if (!bias)
    return y;
  if (y == ir::kNoValue)
    y = rewriter.to().add(ops::conv_transpose(), node.attributes,
                          {rewriter.map(node.inputs[0]), rewriter.map(node.inputs[1])}, node.name);
  const ir::ValueId column = rewriter.to().add_constant(
      rewriter.from().value(node.inputs[2]).name + "/column", bias->reshaped({bias->elements(), 1, 1}));
  return rewriter.to().add(ops::add(), {}, {y, column}, node.name + "/bias");
}

}  // namespace

ir::Graph conv_transpose_to_conv(const ir::Graph& graph, Notes&) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    const ir::ValueId y = node.op != &ops::conv_transpose() ? ir::kNoValue
                          : is_turnable(graph, node)        ? emit_convolution(rewriter, node)
                                                            : emit_strided(rewriter, node);
    if (y == ir::kNoValue) {
      rewriter.copy(node);
      continue;
    }
    rewriter.to().rename(y, graph.value(node.outputs[0]).name);
    rewriter.replace(node.outputs[0], y);
  }
  return rewriter.finish();
}

}  // namespace fovea::passes
