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

template <class Value>
void PictureUnits::replace(std::span<float> planes, const Value& value) const {
  const std::size_t plane = planes.size() / channels_.size();
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    const Channel channel = channels_[c];
    const std::size_t end = (c + 1) * plane;
    for (std::size_t i = c * plane; i < end; ++i)
      planes[i] = static_cast<float>(value(channel, planes[i], i));
  }
}

void PictureUnits::to_standard(std::span<float> x) const {
  replace(x, [](const Channel& c, float value, std::size_t) { return (value - c.offset) / c.unit; });
}

void PictureUnits::to_network(std::span<float> x) const {
  replace(x, [](const Channel& c, float value, std::size_t) { return value * c.unit + c.offset; });
}

void PictureUnits::to_standard_gradient(std::span<float> gradient) const {
  replace(gradient, [](const Channel& c, float value, std::size_t) { return value * c.unit; });
}

void PictureUnits::clip_to_colours(std::span<float> x) const {
  replace(x, [](const Channel& c, float value, std::size_t) {
    return std::clamp(value, static_cast<float>(-c.mean / kDeviation),
                      static_cast<float>((1 - c.mean) / kDeviation));
  });
}

void PictureUnits::squash(std::span<float> u) const {
  replace(u, [](const Channel& c, float value, std::size_t) {
    const double slope = c.mean * (1 - c.mean);
    const double logit = std::log(c.mean / (1 - c.mean)) + value * kDeviation / slope;
    return (1 / (1 + std::exp(-logit)) - c.mean) / kDeviation;
  });
}

void PictureUnits::unsquash(std::span<float> x) const {
  replace(x, [](const Channel& c, float value, std::size_t) {
    constexpr double margin = 0.01;
    const double slope = c.mean * (1 - c.mean);
    const double p = std::clamp(c.mean + value * kDeviation, margin, 1 - margin);
    return (std::log(p / (1 - p)) - std::log(c.mean / (1 - c.mean))) * slope / kDeviation;
  });
}

void PictureUnits::to_unsquashed_gradient(std::span<const float> x, std::span<float> gradient) const {
  replace(gradient, [x](const Channel& c, float value, std::size_t i) {
    const double p = c.mean + x[i] * kDeviation;
    return value * p * (1 - p) / (c.mean * (1 - c.mean));
  });
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
