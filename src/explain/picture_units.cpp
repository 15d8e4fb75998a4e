#include "explain/picture_units.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea {
namespace {

/// Mean and deviation of ImageNet's training pixels, 0..1 (torchvision's numbers; the deviation is that of
/// all channels).
constexpr std::array<double, 3> kMeanColour = {0.485, 0.456, 0.406};
constexpr double kDeviation = 0.226;

}  // namespace

PictureUnits::PictureUnits(const Preprocessing& preprocessing, std::int64_t channels)
    : order_(preprocessing.channel_order) {
  FOVEA_CHECK(channels >= 1 && channels <= 4, "expected 1 to 4 channels, found {}", channels);
  for (std::int64_t c = 0; c < channels; ++c) {
    const bool colour = channels >= 3 && c < 3;
    const auto source = static_cast<std::size_t>(colour && order_ == ChannelOrder::BGR ? 2 - c : c);
    const auto average = [](const auto& v) { return (v[0] + v[1] + v[2]) / 3; };
    const bool grey = channels == 1;
    const double mean = colour ? kMeanColour[source] : average(kMeanColour);
    const double network_mean = grey ? average(preprocessing.mean) : preprocessing.mean[source];
    const double network_std = grey ? average(preprocessing.std) : preprocessing.std[source];
    const double range = 255.0 * preprocessing.scale;
    channels_.push_back(
        {mean, kDeviation * range / network_std, (mean * range - network_mean) / network_std});
  }
}

void PictureUnits::to_standard(std::span<float> x) const {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Channel& c = channel(i, x.size());
    x[i] = static_cast<float>((x[i] - c.offset) / c.unit);
  }
}

void PictureUnits::to_network(std::span<float> x) const {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Channel& c = channel(i, x.size());
    x[i] = static_cast<float>(x[i] * c.unit + c.offset);
  }
}

void PictureUnits::to_standard_gradient(std::span<float> gradient) const {
  for (std::size_t i = 0; i < gradient.size(); ++i)
    gradient[i] = static_cast<float>(gradient[i] * channel(i, gradient.size()).unit);
}

void PictureUnits::clip_to_colours(std::span<float> x) const {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double mean = channel(i, x.size()).mean;
    x[i] =
        std::clamp(x[i], static_cast<float>(-mean / kDeviation), static_cast<float>((1 - mean) / kDeviation));
  }
}

void PictureUnits::squash(std::span<float> u) const {
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double mean = channel(i, u.size()).mean, slope = mean * (1 - mean);
    const double logit = std::log(mean / (1 - mean)) + u[i] * kDeviation / slope;
    u[i] = static_cast<float>((1 / (1 + std::exp(-logit)) - mean) / kDeviation);
  }
}

void PictureUnits::unsquash(std::span<float> x) const {
  constexpr double margin = 0.01;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double mean = channel(i, x.size()).mean, slope = mean * (1 - mean);
    const double p = std::clamp(mean + x[i] * kDeviation, margin, 1 - margin);
    x[i] = static_cast<float>((std::log(p / (1 - p)) - std::log(mean / (1 - mean))) * slope / kDeviation);
  }
}

void PictureUnits::to_unsquashed_gradient(std::span<const float> x, std::span<float> gradient) const {
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double mean = channel(i, x.size()).mean, p = mean + x[i] * kDeviation;
    gradient[i] = static_cast<float>(gradient[i] * p * (1 - p) / (mean * (1 - mean)));
  }
}

Image PictureUnits::fitted(const Tensor& network_input) const {
  const Shape& shape = network_input.shape();
  const auto data = network_input.data<float>();
  std::vector<float> x(data.begin(), data.end());
  to_standard(x);
  double sum = 0;
  for (float value : x)
    sum += static_cast<double>(value) * value;
  const double rms = std::sqrt(sum / static_cast<double>(x.size()));
  Image image = Image::blank(shape[2], shape[1], 3, 0);
  const std::size_t plane = static_cast<std::size_t>(shape[1] * shape[2]);
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t colour = order_ == ChannelOrder::BGR ? 2 - c : c;
      const double value = x[(channels_.size() >= 3 ? colour : 0) * plane + i];
      const double level = rms > 0 ? 0.5 + value / (5 * rms) : 0.5;
      image.pixels[i * 3 + c] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(level, 0.0, 1.0)));
    }
  return image;
}

}  // namespace fovea
