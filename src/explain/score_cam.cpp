#include "explain/layer_map.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"
#include "fovea/localize.hpp"

#include <algorithm>
#include <cmath>

/// Score-CAM (Wang et al. 2020): the channels of a layer A, weighted by the score of the picture behind each
/// of them as a mask: w = softmax_k(S(M_k (.) x + (1 - M_k) (.) b) - S(b)), where b is the baseline and M_k
/// the channel at the picture's size, stretched to 0..1. S(b) is the same for all channels and cancels.
namespace fovea {
namespace {

/// A channel as a mask of the picture's size, 0..1; empty if it is the same everywhere.
std::vector<float> mask_of(std::span<const float> channel, const PassView& layer, const Shape& picture) {
  Tensor small(DType::F32, {layer.height, layer.width});
  std::copy(channel.begin(), channel.end(), small.data<float>().begin());
  const Tensor large = resize_map(small, picture[2], picture[1]);
  const auto values = large.data<float>();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high)
    return {};
  std::vector<float> mask(values.size());
  std::transform(values.begin(), values.end(), mask.begin(),
                 [least = *low, range = *high - *low](float value) { return (value - least) / range; });
  return mask;
}

/// The channels that differ between positions, and so are masks.
std::vector<std::int64_t> masking_channels(const PassView& layer) {
  std::vector<std::int64_t> found;
  for (std::int64_t k = 0; k < channels_of(layer); ++k) {
    const std::span<const float> channel = channel_of(layer, k);
    const auto [low, high] = std::minmax_element(channel.begin(), channel.end());
    if (*low != *high)
      found.push_back(k);
  }
  return found;
}

/// The target's value for the picture behind each of the masks.
std::vector<double> values_behind(Session& session, const PassView& layer,
                                  const std::vector<std::int64_t>& channels, const Tensor& input,
                                  const Tensor& baseline, const ExplainedScore& target,
                                  const SampleProgress& progress) {
  const auto x = input.data<float>(), b = baseline.data<float>();
  std::vector<double> values;
  run_batched(
      session, static_cast<std::int64_t>(channels.size()), target,
      [&](std::int64_t i, std::int64_t, std::span<float> picture) {
        const std::int64_t k = channels[static_cast<std::size_t>(i)];
        std::vector<float> mask = mask_of(channel_of(layer, k), layer, input.shape());
        mask.resize(static_cast<std::size_t>(input.shape()[1] * input.shape()[2]), 0);
        for (std::size_t at = 0; at < picture.size(); ++at)
          picture[at] = b[at] + mask[at % mask.size()] * (x[at] - b[at]);
      },
      [&](const HeldSamples& held) {
        for (std::int64_t n = 0; n < held.count; ++n)
          values.push_back(value_of(scores_of(session, n), target));
      },
      progress);
  return values;
}

/// The softmax of the values, for every channel of the layer; 0 for channels without a value.
std::vector<double> weights_of(const PassView& layer, const std::vector<std::int64_t>& channels,
                               const std::vector<double>& values) {
  std::vector<double> weights(static_cast<std::size_t>(channels_of(layer)), 0);
  const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  double total = 0;
  for (const double value : values)
    total += std::exp(value - most);
  for (std::size_t i = 0; i < channels.size(); ++i)
    weights[static_cast<std::size_t>(channels[i])] = std::exp(values[i] - most) / total;
  return weights;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo&) {
  auto layer = compile_layer(context);
  MethodContext many = context;
  many.program.batch = batch_for(grid_of(layer->outputs().back()).channels());
  auto scores = compile_scores(many);
  const auto start = [layer, scores, kind = context.options.baseline,
                      preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto values_of_layer = std::make_shared<LayerSession>(sessions.add(layer));
    auto session = sessions.add(scores);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      values_of_layer->run(input);
      const PassView view = values_of_layer->view();
      const std::vector<std::int64_t> channels = masking_channels(view);
      const Tensor baseline = baseline_of(input, kind, preprocessing);
      const std::vector<double> values =
          values_behind(*session, view, channels, input, baseline, target, progress);
      return Attribution{weighted_layer_map(view, weights_of(view, channels, values), input.shape()), {}};
    };
  };
  return {{layer, scores}, start};
}

}  // namespace

std::vector<Method> score_cam_methods() {
  return {
      {{"score-cam", "Score-CAM", "wang2020score",
        "a layer's channels, weighted by the score behind each as a mask", 0, MethodInfo::Values::PerPixel,
        "Bright regions hold the features that, shown alone, keep the score up; no gradient is needed.",
        "k + 0"},
       {},
       nullptr,
       compile,
       nullptr,
       {MethodOption::Layer, MethodOption::Baseline}}};
}

}  // namespace fovea
