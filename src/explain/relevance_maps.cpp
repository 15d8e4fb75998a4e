#include "explain/layer_map.hpp"

/// Relevance that is shared out from the score to what made it: layer-wise relevance propagation (Bach et al.
/// 2015; Montavon et al. 2019) to the picture, and excitation back-propagation (Zhang et al. 2016) to a
/// layer.
namespace fovea {
namespace {

/// The probability that a winner-take-all walk from the class comes by each position of the layer.
Tensor sum_over_channels(std::span<const PassView> passes, const Shape& picture) {
  const PassView& layer = passes.front();
  std::vector<double> sum(static_cast<std::size_t>(layer.height * layer.width), 0);
  for (std::size_t i = 0; i < layer.gradient.size(); ++i)
    sum[i % sum.size()] += static_cast<double>(layer.gradient[i]);
  return layer_map(layer, sum, picture, Signs::Both);
}

/// The redistributed value is S_c, and -S_d for a class d that is subtracted.
constexpr MethodPass shares_score(Rule rule) {
  return {rule, MethodPass::To::Picture, MethodPass::Seed::Score};
}

}  // namespace

std::vector<Method> relevance_methods() {
  using enum MethodInfo::Values;
  return {
      {{"lrp", "LRP, composite", "montavon2019layer",
        "relevance distributed by z-plus at convolutions and by epsilon at dense layers", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to it, layer by layer, by the rules of "
        "LRP that suit each kind of layer."},
       {shares_score(Rule::LrpComposite)},
       take_gradient},
      {{"lrp-epsilon", "LRP, epsilon", "bach2015pixel",
        "relevance distributed in proportion to the contributions", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to it, layer by layer, in proportion to "
        "what it contributed."},
       {shares_score(Rule::LrpEpsilon)},
       take_gradient},
      {{"lrp-alpha-beta", "LRP, alpha 2, beta 1", "bach2015pixel",
        "relevance distributed over what excites, twice, minus what inhibits", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to it, with separate weights for what "
        "excites and what inhibits."},
       {shares_score(Rule::LrpAlphaBeta)},
       take_gradient},
      {{"excitation", "Excitation back-propagation", "zhang2016top",
        "probabilistic winner-take-all from the class to a layer", 0, PerPixel,
        "Bright regions are those that most probably made the winning features win, followed back from the "
        "class to a layer."},
       {{Rule::Excitation, MethodPass::To::Layer}},
       sum_over_channels},
  };
}

}  // namespace fovea
