#include "explain/layer_map.hpp"
#include "explain/layer_view.hpp"
#include "explain/pass_session.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cmath>

/// Ablation-CAM (Desai & Ramaswamy 2020): the channels of a layer A, weighted by the fall of the score when
/// each of them is set to 0. Only the part of the network behind the layer runs for each channel, unless the
/// score depends on the picture past the layer, too.
namespace fovea {
namespace {

/// The channels that are not 0 everywhere: without the others the score is the same.
std::vector<std::int64_t> live_channels(std::span<const float> layer, std::int64_t channels) {
  const std::size_t positions = layer.size() / static_cast<std::size_t>(channels);
  std::vector<std::int64_t> live;
  for (std::int64_t k = 0; k < channels; ++k) {
    const auto channel = layer.subspan(static_cast<std::size_t>(k) * positions, positions);
    if (std::any_of(channel.begin(), channel.end(), [](float value) { return value != 0; }))
      live.push_back(k);
  }
  return live;
}

/// Scores of a picture with one of a layer's channels at a time left out.
class Ablation {
public:
  /// A session of a program that begins at the layer.
  explicit Ablation(Session& session)
      : session_(session), layout_(layout_of(session.program().inputs().front())) {}

  /// The target's value with each of the channels set to 0, and with none; `layer` has all positions,
  /// [C,h,w].
  std::vector<double> values(std::span<const float> layer, const Tensor& picture,
                             const std::vector<std::int64_t>& channels, const ExplainedScore& target,
                             const SampleProgress& progress) {
    const std::int64_t batch = session_.program().options().batch;
    const auto count = static_cast<std::int64_t>(channels.size()) + 1;
    fill(layer, picture);
    std::vector<double> values;
    for (std::int64_t first = 0; first < count; first += batch) {
      const std::int64_t held = std::min(batch, count - first);
      const auto channel_of = [&](std::int64_t n) { return channels[static_cast<std::size_t>(first + n)]; };
      for (std::int64_t n = 0; n < held && first + n + 1 < count; ++n)
        set_channel(n, channel_of(n), {});
      session_.forward();
      for (std::int64_t n = 0; n < held; ++n)
        values.push_back(value_of(scores_of(session_, n), target));
      for (std::int64_t n = 0; n < held && first + n + 1 < count; ++n)
        set_channel(n, channel_of(n), layer);
      if (progress)
        progress(first + held, count);
    }
    return values;
  }

private:
  /// Every place of the batch holds the layer's values, and those of the picture where it is needed.
  void fill(std::span<const float> layer, const Tensor& picture) {
    const std::int64_t batch = session_.program().options().batch;
    for (std::int64_t n = 0; n < batch; ++n)
      put_layer(layout_, layer, n, session_.input().data<float>());
    for (std::size_t i = 1; i < session_.program().inputs().size(); ++i) {
      const auto place = session_.input(i).data<float>();
      const auto values = picture.data<float>();
      if (place.size() == values.size() * static_cast<std::size_t>(batch))
        for (std::size_t at = 0; at < place.size(); at += values.size())
          std::copy(values.begin(), values.end(), place.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  /// Sets a channel of the n-th picture to its values in `layer`, or to 0.
  void set_channel(std::int64_t n, std::int64_t channel, std::span<const float> layer) {
    auto input = session_.input().data<float>();
    for (std::int64_t p = 0; p < layout_.positions(); ++p)
      input[layout_.at(n, channel, p)] =
          layer.empty() ? 0.0F : layer[static_cast<std::size_t>(channel * layout_.positions() + p)];
  }

  Session& session_;
  const LayerLayout& layout_;
};

/// w_k = (S - S_k) / |S| for every channel of the layer.
std::vector<double> weights_of(const PassView& layer, const std::vector<std::int64_t>& channels,
                               const std::vector<double>& values) {
  const double whole = values.back(), unit = whole != 0 ? std::abs(whole) : 1;
  std::vector<double> weights(static_cast<std::size_t>(channels_of(layer)), 0);
  for (std::size_t i = 0; i < channels.size(); ++i)
    weights[static_cast<std::size_t>(channels[i])] = (whole - values[i]) / unit;
  return weights;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo&) {
  auto layer = compile_layer(context);
  ProgramOptions options = context.program;
  options.direction = Direction::Forward;
  options.begin_at = layer_of(context.options);
  options.batch = batch_for(grid_of(layer->outputs().back()).channels() + 1);
  auto rest = compile_for_pictures(context.model, options);
  const auto start = [layer, rest](Sessions& sessions) -> Attribute {
    auto values_of_layer = std::make_shared<LayerSession>(sessions.add(layer));
    auto session = sessions.add(rest);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      values_of_layer->run(input);
      const PassView view = values_of_layer->view();
      const std::vector<float>& whole = values_of_layer->all_values();
      const std::vector<std::int64_t> channels = live_channels(whole, channels_of(view));
      const std::vector<double> values = Ablation(*session).values(whole, input, channels, target, progress);
      return Attribution{weighted_layer_map(view, weights_of(view, channels, values), input.shape()), {}};
    };
  };
  return {{layer, rest}, start};
}

}  // namespace

std::vector<Method> ablation_cam_methods() {
  return {
      {{"ablation-cam", "Ablation-CAM", "desai2020ablation",
        "a layer's channels, weighted by the fall of the score without each", 0, MethodInfo::Values::PerPixel,
        "Bright regions hold the features without which the score would fall furthest; no gradient is "
        "needed.",
        "k + 0"},
       {},
       nullptr,
       compile,
       nullptr,
       {MethodOption::Layer}}};
}

}  // namespace fovea
