#include "explain/method.hpp"

#include <algorithm>

/// Attention weighted by its gradient, from layer to layer (Chefer, Gur and Wolf 2021, "Generic
/// attention-model explainability", for self-attention): R = I, then R = R + mean_h max(dS/dA . A, 0) R for
/// each layer.
namespace fovea {
namespace {

/// The rows of R that the scores read. They are multiplied by the layers' factors I + A from the last one
/// back, which is the same as the whole matrix R from the first one on.
Tensor weighted_attention(const AttentionView& view, const MethodOptions& options, const Shape& picture) {
  const std::int64_t tokens = view.tokens();
  std::vector<double> row = read_tokens(*view.attention);
  const std::span<const AttentionMatrices> layers = last_layers(view, options);
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    std::vector<double> before = row;
    for (std::int64_t query = 0; query < tokens; ++query) {
      const double weight = row[static_cast<std::size_t>(query)] / static_cast<double>(layer->heads());
      if (weight == 0)
        continue;
      for (std::int64_t key = 0; key < tokens; ++key) {
        double sum = 0;
        for (std::int64_t head = 0; head < layer->heads(); ++head)
          sum += std::max(layer->gradient(head, query, key) * layer->value(head, query, key), 0.0);
        before[static_cast<std::size_t>(key)] += weight * sum;
      }
    }
    row = std::move(before);
  }
  return map_of_patches(*view.attention, row, picture);
}

std::string parameters(const MethodOptions& options, std::int64_t) {
  return blocks_text(options);
}

}  // namespace

std::vector<Method> generic_attention_methods() {
  Method method{{"generic-attention", "Generic attention", "chefer2021generic",
                 "a transformer's attention, weighted by its positive gradients, from layer to layer", 0,
                 MethodInfo::Values::PerPixel,
                 "Bright patches are those whose share in the tokens behind the score raises it."},
                {{Rule::Gradient, MethodPass::To::Attention}}};
  method.read_attention = weighted_attention;
  method.parameters = parameters;
  method.options = {MethodOption::Blocks};
  return {method};
}

}  // namespace fovea
