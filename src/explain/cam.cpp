#include "explain/layer_map.hpp"
#include "fovea/localize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

/// Class activation maps of a layer A [K,h,w] by its gradient G = dS/dA: Grad-CAM (Selvaraju et al. 2017),
/// Grad-CAM++ (Chattopadhay et al. 2018), XGrad-CAM (Fu et al. 2020), LayerCAM (Jiang et al. 2021), HiResCAM
/// (Draelos & Carin 2020), the product of LayerCAM at two layers, and that of Grad-CAM with guided
/// back-propagation.
namespace fovea {
namespace {

/// The weight of every value of one channel, from the channel's activations and gradients.
using Weigh = void (*)(std::span<const float> a, std::span<const float> g, std::span<double> weights);

/// One weight for the whole channel: the mean gradient.
void weigh_grad_cam(std::span<const float>, std::span<const float> g, std::span<double> weights) {
  double sum = 0;
  for (const float value : g)
    sum += value;
  std::fill(weights.begin(), weights.end(), sum / static_cast<double>(g.size()));
}

/// sum_ij alpha_ij max(G_ij, 0), alpha = G^2 / (2 G^2 + G^3 sum(A)): the paper's, with the derivatives of
/// exp(S), whose common factor exp(S) does not change the map's form.
void weigh_grad_cam_plus_plus(std::span<const float> a, std::span<const float> g, std::span<double> weights) {
  double activation = 0, weight = 0;
  for (const float value : a)
    activation += value;
  for (const float value : g) {
    const double d = value, below = 2 * d * d + d * d * d * activation;
    weight += below != 0 ? d * d / below * std::max(d, 0.0) : 0.0;
  }
  std::fill(weights.begin(), weights.end(), weight);
}

/// Every value has its own weight: its positive gradient.
void weigh_layer_cam(std::span<const float>, std::span<const float> g, std::span<double> weights) {
  for (std::size_t i = 0; i < g.size(); ++i)
    weights[i] = std::max(g[i], 0.0F);
}

/// One weight for the whole channel: the mean of its gradients, weighted by its activations.
void weigh_xgrad_cam(std::span<const float> a, std::span<const float> g, std::span<double> weights) {
  double activation = 0, product = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    activation += a[i];
    product += static_cast<double>(a[i]) * static_cast<double>(g[i]);
  }
  std::fill(weights.begin(), weights.end(), activation != 0 ? product / activation : 0.0);
}

/// Every value has its own weight: its gradient.
void weigh_hires_cam(std::span<const float>, std::span<const float> g, std::span<double> weights) {
  std::copy(g.begin(), g.end(), weights.begin());
}

/// sum_k weight (.) A_k, or its positive part, at the picture's size, [1,H,W].
template <Weigh weigh, Signs signs = Signs::Positive>
Tensor class_activation(std::span<const PassView> passes, const Shape& picture) {
  const PassView& layer = passes.front();
  const auto positions = static_cast<std::size_t>(layer.height * layer.width);
  std::vector<double> sum(positions, 0), weights(positions);
  for (std::int64_t k = 0; k < channels_of(layer); ++k) {
    const std::span<const float> a = channel_of(layer, k);
    weigh(a, layer.gradient.subspan(static_cast<std::size_t>(k) * positions, positions), weights);
    for (std::size_t i = 0; i < positions; ++i)
      sum[i] += weights[i] * static_cast<double>(a[i]);
  }
  return layer_map(layer, sum, picture, signs);
}

/// The first pass is to the layer, the second to the picture.
Tensor guided_grad_cam(std::span<const PassView> passes, const Shape& picture) {
  const Tensor coarse = class_activation<weigh_grad_cam>(passes, picture);
  const auto cam = coarse.data<float>();
  const std::span<const float> guided = passes[1].gradient;
  Tensor fine(DType::F32, picture);
  auto relevance = fine.data<float>();
  for (std::size_t i = 0; i < relevance.size(); ++i)
    relevance[i] = guided[i] * cam[i % cam.size()];
  return fine;
}

/// The product of both layers' LayerCAM maps (multiply_maps). Where both are 0, so is it.
Tensor fused_layer_cam(std::span<const PassView> passes, const Shape& picture) {
  const Shape map = {picture[1], picture[2]};
  std::vector<Tensor> maps;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const Tensor one = class_activation<weigh_layer_cam>(passes.subspan(i, 1), picture).reshaped(map);
    const auto values = one.data<float>();
    if (std::any_of(values.begin(), values.end(), [&](float value) { return value != values.front(); }))
      maps.push_back(one);
  }
  const Tensor product = maps.empty() ? Tensor(DType::F32, map) : multiply_maps(maps);
  return product.reshaped({1, picture[1], picture[2]});
}

/// The layers of fused_layer_cam: the deep one tells the class from the next best one, the other draws the
/// outline.
constexpr std::int64_t kDeepStride = 16, kEarlyStride = 4;

std::string describe_fused_layers(const MethodOptions&, std::int64_t) {
  return fmt::format("the last layers of stride {} and {}", kDeepStride, kEarlyStride);
}

}  // namespace

std::vector<Method> cam_methods() {
  using enum MethodInfo::Values;
  return {
      {{"grad-cam", "Grad-CAM", "selvaraju2017grad", "a layer's channels, weighted by their mean gradients",
        0, PerPixel,
        "Bright regions hold the features that raise the score most; it is coarse, since it is read from a "
        "late layer."},
       {kToLayer},
       class_activation<weigh_grad_cam>},
      {{"grad-cam++", "Grad-CAM++", "chattopadhay2018grad",
        "a layer's channels, weighted by higher powers of their gradients", 0, PerPixel,
        "As Grad-CAM, but with more weight on each of several objects of the class."},
       {kToLayer},
       class_activation<weigh_grad_cam_plus_plus>},
      {{"xgrad-cam", "XGrad-CAM", "fu2020axiom",
        "a layer's channels, weighted by their gradients where they are active", 0, PerPixel,
        "As Grad-CAM, but the gradients of a feature count where the photo has that feature."},
       {kToLayer},
       class_activation<weigh_xgrad_cam>},
      {{"hires-cam", "HiResCAM", "draelos2020hirescam", "a layer's values times their own gradients", 0,
        PerPixel,
        "Bright regions hold features that raise the score at that very place; what lowers it counts against "
        "it."},
       {kToLayer},
       class_activation<weigh_hires_cam, Signs::Both>},
      {{"layer-cam", "LayerCAM", "jiang2021layercam", "a layer's values times their own positive gradients",
        0, PerPixel,
        "Bright regions hold features that raise the score at that very place, more finely than Grad-CAM."},
       {kToLayer},
       class_activation<weigh_layer_cam>},
      {{"fused-layer-cam", "Fused LayerCAM", "jiang2021layercam",
        "LayerCAM of a deep layer, against the next best class, times that of an early layer", 0, PerPixel,
        "Bright regions raise the score of this class rather than that of the next best one, with the "
        "outlines that an early layer sees."},
       {{Rule::Gradient, MethodPass::To::Layer, MethodPass::Seed::AgainstNext, kDeepStride},
        {Rule::Gradient, MethodPass::To::Layer, MethodPass::Seed::One, kEarlyStride}},
       fused_layer_cam,
       nullptr,
       describe_fused_layers},
      {{"guided-grad-cam", "Guided Grad-CAM", "selvaraju2017grad", "guided back-propagation times Grad-CAM",
        0, PerChannel, "Bright pixels are edges and textures within the regions of Grad-CAM."},
       {kToLayer, {Rule::Guided}},
       guided_grad_cam},
  };
}

}  // namespace fovea
