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
      {{"lrp-gamma", "LRP, gamma 0.25", "montavon2019layer",
        "relevance distributed with more weight on what agrees with a unit's output", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to it, layer by layer; contributions "
        "that agree with a unit's output count a quarter more than those against it."},
       {shares_score(Rule::LrpGamma)},
       take_gradient},
      {{"lrp-epsilon-gamma-box", "LRP, epsilon-gamma-box", "anders2021software",
        "epsilon at dense layers, gamma at convolutions, z-box at the picture", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to it; what the first layer has is "
        "shared by how far each pixel's value is from the darkest and the brightest that it could have."},
       {shares_score(Rule::LrpEpsilonGammaBox)},
       take_gradient},
      {{"lrp-epsilon-plus-flat", "LRP, epsilon-plus-flat", "anders2021software",
        "epsilon at dense layers, z-plus at convolutions, evenly at the picture", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to the filters of the first layer that "
        "look at it, whatever its own value is."},
       {shares_score(Rule::LrpEpsilonPlusFlat)},
       take_gradient},
      {{"lrp-epsilon-plus-w-square", "LRP, epsilon-plus-w-square", "montavon2017explaining",
        "epsilon at dense layers, z-plus at convolutions, w^2 at the picture", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to the filters of the first layer that "
        "look at it, by their squared weights, whatever its own value is."},
       {shares_score(Rule::LrpEpsilonPlusWSquare)},
       take_gradient},
      {{"lrp-epsilon-alpha2-beta1", "LRP, epsilon-alpha2-beta1", "anders2021software",
        "epsilon at dense layers, alpha 2 and beta 1 at convolutions", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to it, convolutions weighing what "
        "excites twice and subtracting what inhibits."},
       {shares_score(Rule::LrpEpsilonAlpha2Beta1)},
       take_gradient},
      {{"lrp-epsilon-alpha2-beta1-flat", "LRP, epsilon-alpha2-beta1-flat", "anders2021software",
        "the same, shared evenly at the picture", 0, PerChannel,
        "The brighter a pixel, the more of the score was distributed to the filters of the first layer that "
        "look at it, convolutions weighing what excites twice and subtracting what inhibits."},
       {shares_score(Rule::LrpEpsilonAlpha2Beta1Flat)},
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
