#include "image/pixels.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea {
namespace {

/// Mean and deviation of each of the network's channels, in the network's order.
struct Statistics {
  std::array<double, 4> mean;
  std::array<double, 4> std;
};

double average_colour(const std::array<double, 4>& values) {
  return (values[0] + values[1] + values[2]) / 3;
}

Statistics network_order(const Preprocessing& preprocessing, std::int64_t channels) {
  FOVEA_CHECK(channels == 1 || channels == 3 || channels == 4,
              "a network with an input of {} channels takes no photo: expected 1, 3 or 4", channels);
  for (double value : preprocessing.std)
    FOVEA_CHECK(std::isfinite(value) && value != 0,
                "preprocessing: a standard deviation of {} cannot be divided by", value);
  for (double value : preprocessing.mean)
    FOVEA_CHECK(std::isfinite(value), "preprocessing: a mean of {}: expected a finite number", value);
  FOVEA_CHECK(std::isfinite(preprocessing.scale) && preprocessing.scale != 0, "preprocessing: a scale of {}",
              preprocessing.scale);
  Statistics statistics{preprocessing.mean, preprocessing.std};
  if (channels == 1) {
    statistics.mean[0] = average_colour(preprocessing.mean);
    statistics.std[0] = average_colour(preprocessing.std);
  } else if (preprocessing.channel_order == ChannelOrder::BGR) {
    std::swap(statistics.mean[0], statistics.mean[2]);
    std::swap(statistics.std[0], statistics.std[2]);
  }
  return statistics;
}

/// Where the network's channel lies in a red, green, blue pixel.
std::int64_t colour_of(std::int64_t channel, const Preprocessing& preprocessing) {
  return preprocessing.channel_order == ChannelOrder::BGR ? 2 - channel : channel;
}

}  // namespace

void normalize(const Image& image, const Preprocessing& preprocessing, std::int64_t channels,
               float* destination) {
  check_image(image);
  const Statistics statistics = network_order(preprocessing, channels);
  // In the channels that are read below; most pictures are in them already.
  const bool is_converted = image.channels != (channels == 1 ? 1 : 3);
  const Image converted = !is_converted ? Image() : channels == 1 ? to_luma(image) : to_rgb(image);
  const Image& source = is_converted ? converted : image;
  const std::int64_t pixels = image.width * image.height;
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto i = static_cast<std::size_t>(c);
    std::array<float, 256> table;
    for (std::size_t value = 0; value < table.size(); ++value)
      table[value] = static_cast<float>(
          (static_cast<double>(value) * preprocessing.scale - statistics.mean[i]) / statistics.std[i]);
    float* plane = destination + c * pixels;
    if (c == 3) {
      std::fill_n(plane, pixels, table[255]);
      continue;
    }
    const std::uint8_t* pixel = source.pixels.data() + (channels == 1 ? 0 : colour_of(c, preprocessing));
    for (std::int64_t p = 0; p < pixels; ++p, pixel += source.channels)
      plane[p] = table[*pixel];
  }
}

InputRange input_range(const Preprocessing& preprocessing, std::int64_t channels) {
  const Statistics statistics = network_order(preprocessing, channels);
  InputRange range;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const auto [low, high] =
        std::minmax({-statistics.mean[c] / statistics.std[c],
                     (255 * preprocessing.scale - statistics.mean[c]) / statistics.std[c]});
    range.lowest.push_back(low);
    range.highest.push_back(high);
  }
  return range;
}

Image denormalize(const float* x, const Preprocessing& preprocessing, std::int64_t channels,
                  std::int64_t width, std::int64_t height) {
  const Statistics statistics = network_order(preprocessing, channels);
  Image result = Image::blank(width, height, 3, 0);
  const std::int64_t pixels = width * height;
  for (std::int64_t colour = 0; colour < 3; ++colour) {
    const std::int64_t channel = channels == 1 ? 0 : colour_of(colour, preprocessing);
    const auto i = static_cast<std::size_t>(channel);
    const float* plane = x + channel * pixels;
    std::uint8_t* out = result.pixels.data() + colour;
    for (std::int64_t p = 0; p < pixels; ++p, out += 3) {
      const double value = (plane[p] * statistics.std[i] + statistics.mean[i]) / preprocessing.scale;
      *out = std::isnan(value) ? 0 : static_cast<std::uint8_t>(std::clamp(std::round(value), 0.0, 255.0));
    }
  }
  return result;
}

}  // namespace fovea
