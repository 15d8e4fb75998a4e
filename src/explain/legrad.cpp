#include "explain/method.hpp"

#include <algorithm>

/// LeGrad (Bousselham et al. 2024): how the scores of each block's tokens change with the block's attention.
namespace fovea {
namespace {

/// The mean over layers, heads and queries of max(dS_l/dA_l, 0), where S_l is the score of the tokens that
/// block l hands on.
Tensor layer_gradients(const AttentionView& view, const MethodOptions& options, const Shape& picture) {
  const std::int64_t tokens = view.tokens();
  std::vector<double> mean(static_cast<std::size_t>(tokens), 0.0);
  const std::span<const AttentionMatrices> layers = last_layers(view, options);
  for (const AttentionMatrices& layer : layers) {
    const double share = 1 / static_cast<double>(layer.heads() * tokens) / static_cast<double>(layers.size());
    for (std::int64_t head = 0; head < layer.heads(); ++head)
      for (std::int64_t query = 0; query < tokens; ++query)
        for (std::int64_t key = 0; key < tokens; ++key)
          mean[static_cast<std::size_t>(key)] += share * std::max(layer.gradient(head, query, key), 0.0);
  }
  return map_of_patches(*view.attention, mean, picture);
}

std::string parameters(const MethodOptions& options, std::int64_t) {
  return blocks_text(options);
}

}  // namespace

std::vector<Method> legrad_methods() {
  Method method{{"legrad", "LeGrad", "bousselham2024legrad",
                 "positive gradients of each block's own scores with respect to its attention", 0,
                 MethodInfo::Values::PerPixel,
                 "Bright patches are those to which more attention, in any block, would raise the score."},
                {{Rule::Gradient, MethodPass::To::AttentionOfBlocks}}};
  method.read_attention = layer_gradients;
  method.parameters = parameters;
  method.options = {MethodOption::Blocks};
  return {method};
}

}  // namespace fovea
