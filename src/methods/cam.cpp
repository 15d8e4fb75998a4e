#include "base/check.hpp"
#include "fovea/localize.hpp"
#include "methods/layer_maps.hpp"

#include <algorithm>
#include <cmath>

/// Class activation maps of a layer A [K,h,w] by its gradient G = dS/dA: Grad-CAM (Selvaraju et al. 2017),
/// Grad-CAM++ (Chattopadhay et al. 2018), LayerCAM (Jiang et al. 2021) and the product of Grad-CAM with
/// guided back-propagation.
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

/// max(sum_k weight (.) A_k, 0), [h,w].
Tensor weighted_sum(const LayerLook& look, Weigh weigh) {
  const auto positions = static_cast<std::size_t>(look.height * look.width);
  std::vector<double> sum(positions, 0), weights(positions);
  for (std::size_t k = 0; k * positions < look.activation.size(); ++k) {
    const auto a = look.activation.subspan(k * positions, positions);
    weigh(a, look.gradient.subspan(k * positions, positions), weights);
    for (std::size_t i = 0; i < positions; ++i)
      sum[i] += weights[i] * static_cast<double>(a[i]);
  }
  Tensor map(DType::F32, {look.height, look.width});
  for (std::size_t i = 0; i < positions; ++i)
    map.data<float>()[i] = static_cast<float>(std::max(sum[i], 0.0));
  return map;
}

/// The map at the input's size, [1,H,W].
Attribution class_activation(LayerSession& layer, const Tensor& input, const ScoreTarget& target,
                             Weigh weigh) {
  const Tensor map = weighted_sum(layer.look(input, target), weigh);
  const Shape& shape = input.shape();
  return {resize_map(map, shape[2], shape[1]).reshaped({1, shape[1], shape[2]}), {}};
}

template <Weigh weigh>
CompiledMethod compile(const MethodContext& context) {
  auto scores = compile_scores(context);
  auto program = compile_layer(context, Rule::Gradient);
  auto start = [program](Sessions& sessions) -> Attribute {
    auto layer = std::make_shared<LayerSession>(sessions.add(program));
    return [layer](const Tensor& input, const ScoreTarget& target, const SampleProgress&) {
      return class_activation(*layer, input, target, weigh);
    };
  };
  return {scores, {program}, start};
}

CompiledMethod compile_guided_grad_cam(const MethodContext& context) {
  auto scores = compile_scores(context);
  auto program = compile_layer(context, Rule::Gradient);
  auto guided = compile_gradient(context, 1, Rule::Guided);
  auto start = [program, guided](Sessions& sessions) -> Attribute {
    auto layer = std::make_shared<LayerSession>(sessions.add(program));
    auto session = sessions.add(guided);
    return [=](const Tensor& input, const ScoreTarget& target, const SampleProgress&) {
      const Attribution coarse = class_activation(*layer, input, target, weigh_grad_cam);
      const auto cam = coarse.relevance.data<float>();
      const auto x = input.data<float>();
      Attribution fine{Tensor(DType::F32, input.shape()), {}};
      look_at_many(
          *session, 1, target,
          [&](std::int64_t, std::span<float> p) { std::copy(x.begin(), x.end(), p.begin()); },
          [&](std::int64_t, std::int64_t n) {
            const auto gradient = gradient_at(*session, n);
            for (std::size_t i = 0; i < x.size(); ++i)
              fine.relevance.data<float>()[i] = gradient[i] * cam[i % cam.size()];
          });
      return fine;
    };
  };
  return {scores, {program, guided}, start};
}

}  // namespace

std::vector<Method> cam_methods() {
  using enum MethodInfo::Values;
  return {
      {{"grad-cam", "Grad-CAM", "selvaraju2017grad", "a layer's channels, weighted by their mean gradients",
        0, PerPixel},
       compile<weigh_grad_cam>},
      {{"grad-cam++", "Grad-CAM++", "chattopadhay2018grad",
        "a layer's channels, weighted by higher powers of their gradients", 0, PerPixel},
       compile<weigh_grad_cam_plus_plus>},
      {{"layer-cam", "LayerCAM", "jiang2021layercam", "a layer's values times their own positive gradients",
        0, PerPixel},
       compile<weigh_layer_cam>},
      {{"guided-grad-cam", "Guided Grad-CAM", "selvaraju2017grad", "guided back-propagation times Grad-CAM",
        0, PerChannel},
       compile_guided_grad_cam},
  };
}

}  // namespace fovea
