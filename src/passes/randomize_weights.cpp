#include "passes/randomize_weights.hpp"

#include "base/dispatch.hpp"
#include "base/fingerprint.hpp"
#include "base/random.hpp"
#include "base/tensor_pool.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::passes {
namespace {

bool has_weights(const ir::Graph& graph, const ir::Node& node) {
  const ir::Operator* const kinds[] = {&ops::conv(), &ops::conv_transpose(), &ops::gemm(), &ops::mat_mul(),
                                       &ops::batch_normalization()};
  return std::find(std::begin(kinds), std::end(kinds), node.op) != std::end(kinds) &&
         std::any_of(node.inputs.begin(), node.inputs.end(),
                     [&](ir::ValueId id) { return id != ir::kNoValue && graph.is_constant(id); });
}

Tensor shuffled(const Tensor& weights, std::uint64_t seed, TensorPool& pool) {
  std::vector<std::size_t> from(static_cast<std::size_t>(weights.elements()));
  std::iota(from.begin(), from.end(), std::size_t{0});
  Random(seed).draw_to_front(from, from.size());
  Tensor result = pool.make(weights.dtype(), weights.shape());
  dispatch_floating(weights.dtype(), [&]<class T>(T) {
    const auto in = weights.data<T>();
    const auto out = result.data<T>();
    for (std::size_t i = 0; i < from.size(); ++i)
      out[i] = in[from[i]];
  });
  return result;
}

/// The node with its constant operands shuffled.
void copy_shuffled(Rewriter& rewriter, const ir::Node& node, std::uint64_t seed, TensorPool& pool) {
  const ir::Graph& from = rewriter.from();
  std::vector<ir::ValueId> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const ir::ValueId id = node.inputs[i];
    const bool is_weight = id != ir::kNoValue && from.is_constant(id) && is_floating(from.type(id).dtype);
    inputs.push_back(is_weight ? rewriter.to().add_constant(fmt::format("{}/shuffled_{}", node.name, i),
                                                            shuffled(*from.value(id).constant, seed, pool))
                               : rewriter.map(id));
  }
  const std::vector<ir::ValueId> outputs =
      rewriter.to().add_node(*node.op, node.attributes, std::move(inputs), node.name).outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    rewriter.to().rename(outputs[i], from.value(node.outputs[i]).name);
    rewriter.replace(node.outputs[i], outputs[i]);
  }
}

}  // namespace

std::vector<std::string> layers_with_weights(const ir::Graph& graph) {
  std::vector<std::string> layers;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    if (has_weights(graph, *node) && std::find(layers.begin(), layers.end(), node->name) == layers.end())
      layers.push_back(node->name);
  return layers;
}

ir::Graph randomize_weights(const ir::Graph& graph, std::span<const std::string> layers, std::uint64_t seed) {
  Rewriter rewriter(graph);
  TensorPool pool;
  for (const ir::Node& node : graph.nodes())
    if (has_weights(graph, node) && std::find(layers.begin(), layers.end(), node.name) != layers.end())
      copy_shuffled(rewriter, node, Fingerprint().add(fmt::format("{} {}", seed, node.name)).number(), pool);
    else
      rewriter.copy(node);
  return rewriter.finish();
}

}  // namespace fovea::passes
