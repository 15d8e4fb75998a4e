#include "explain/method.hpp"

#include <algorithm>

/// The backward pass itself, by one of three rules (Simonyan 2013; Zeiler & Fergus 2013; Springenberg 2014),
/// and the gradient times the picture.
namespace fovea {
namespace {

/// x (.) dS/dx: what each value of the input, counted from the network's own zero, adds to a linear score.
Tensor times_input(std::span<const PassView> passes, const Shape& picture) {
  Tensor relevance(DType::F32, picture);
  const PassView& pass = passes.front();
  std::transform(pass.values.begin(), pass.values.end(), pass.gradient.begin(),
                 relevance.data<float>().begin(), std::multiplies<>());
  return relevance;
}

}  // namespace

Tensor take_gradient(std::span<const PassView> passes, const Shape& picture) {
  Tensor relevance(DType::F32, picture);
  std::copy(passes.front().gradient.begin(), passes.front().gradient.end(), relevance.data<float>().begin());
  return relevance;
}

std::vector<Method> rule_methods() {
  using enum MethodInfo::Values;
  return {
      {{"gradient", "Gradient", "simonyan2013deep", "d(score)/d(picture)", 0, PerChannel,
        "The brighter a pixel, the more a small change of it would change the score."},
       {{Rule::Gradient}},
       take_gradient},
      {{"deconvnet", "DeconvNet", "zeiler2013visualizing", "the backward pass keeps positive reconstructions",
        0, PerChannel,
        "Bright pixels are edges and textures that the network's strongest features lead back to; the class "
        "has little influence."},
       {{Rule::Deconvnet}},
       take_gradient},
      {{"guided", "Guided back-propagation", "springenberg2014striving",
        "the backward pass keeps positive gradients of active ReLUs", 0, PerChannel,
        "Bright pixels are edges and textures that raise the score through features that the photo excites; "
        "the map is sharp, but often alike for different classes."},
       {{Rule::Guided}},
       take_gradient},
      {{"gradient-x-input", "Gradient x input", "shrikumar2016not", "the gradient times the network's input",
        0, PerChannel,
        "The brighter a pixel, the larger its share of the score: its value times the score's sensitivity to "
        "it."},
       {{Rule::Gradient}},
       times_input},
  };
}

}  // namespace fovea
