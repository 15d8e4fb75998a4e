#include "passes/turn_conv_transpose.hpp"

#include "base/dispatch.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>

namespace fovea::passes {
namespace {

/// The padding of the convolution that takes the place of a transposed one, or nothing where it would have to
/// cut.
std::vector<std::int64_t> turned_pads(const ops::ConvTransposeAttributes& a, const Shape& w) {
  std::vector<std::int64_t> pads(4);
  for (std::size_t i = 0; i < 4; ++i)
    pads[i] = a.dilations[i % 2] * (w[static_cast<std::int64_t>(2 + i % 2)] - 1) - a.pads[i];
  return pads;
}

bool is_turnable(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != &ops::conv_transpose() || !graph.is_constant(node.inputs[1]))
    return false;
  const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
  if (a.strides != std::vector<std::int64_t>{1, 1} || a.output_padding != std::vector<std::int64_t>{0, 0})
    return false;
  for (std::int64_t pad : turned_pads(a, graph.shape(node.inputs[1])))
    if (pad < 0)
      return false;
  return true;
}

/// w: [C,OC/groups,KH,KW] -> [OC,C/groups,KH,KW], flipped in both directions.
Tensor turned_weights(const Tensor& w, std::int64_t groups) {
  const Shape& from = w.shape();
  const std::int64_t group_inputs = from[0] / groups, group_outputs = from[1], window = from[2] * from[3];
  Tensor turned(w.dtype(), {group_outputs * groups, group_inputs, from[2], from[3]});
  dispatch_floating(w.dtype(), [&]<class T>(T) {
    const T* src = w.data<T>().data();
    T* dst = turned.data<T>().data();
    for (std::int64_t g = 0; g < groups; ++g)
      for (std::int64_t o = 0; o < group_outputs; ++o)
        for (std::int64_t i = 0; i < group_inputs; ++i, dst += window) {
          const T* taps = src + ((g * group_inputs + i) * group_outputs + o) * window;
          std::reverse_copy(taps, taps + window, dst);
        }
  });
  return turned;
}

}  // namespace

ir::Graph turn_conv_transpose(const ir::Graph& graph, Notes&) {
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes()) {
    if (!is_turnable(graph, node)) {
      rewriter.copy(node);
      continue;
    }
    const auto& a = node.attributes.as<ops::ConvTransposeAttributes>();
    const ir::Value& w = graph.value(node.inputs[1]);
    std::vector<ir::ValueId> inputs = {
        rewriter.map(node.inputs[0]),
        rewriter.to().add_constant(w.name + "/turned", turned_weights(*w.constant, a.groups))};
    if (node.inputs.size() > 2)
      inputs.push_back(rewriter.map(node.inputs[2]));
    const ops::ConvAttributes attributes{{1, 1}, turned_pads(a, w.type.shape), a.dilations, a.groups};
    const ir::ValueId y = rewriter.to().add(ops::conv(), attributes, std::move(inputs), node.name);
    rewriter.to().rename(y, graph.value(node.outputs[0]).name);
    rewriter.replace(node.outputs[0], y);
  }
  return rewriter.finish();
}

}  // namespace fovea::passes
