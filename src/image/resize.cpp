#include "image/pixels.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Fractional bits of a weight: 255 * 2^22 and its rounding still fit into 31 bits.
constexpr int kPrecision = 32 - 8 - 2;

/// The source samples of a destination sample: source[first + i] * weights[i], the weights in fixed point.
struct Taps {
  std::int64_t first = 0;
  std::int64_t count = 0;
  const std::int32_t* weights = nullptr;
};

struct Filter {
  std::vector<std::int32_t> weights;
  std::vector<Taps> taps;
};

/// A triangle of half-width max(1, source / destination) round each destination sample's centre, normalised
/// in double and then rounded to fixed point. The order of the operations is Pillow's, since the last bit
/// depends on it.
Filter triangle_filter(std::int64_t source, std::int64_t destination) {
  const double scale = static_cast<double>(source) / static_cast<double>(destination);
  const double support = std::max(scale, 1.0);
  const double shrink = 1.0 / support;
  const auto stride = static_cast<std::int64_t>(std::ceil(support)) * 2 + 1;

  // Truncated sums, not rounded values: Pillow's arithmetic, to the bit.
  // NOLINTBEGIN(bugprone-incorrect-roundings)
  Filter filter;
  filter.weights.resize(static_cast<std::size_t>(stride * destination));
  filter.taps.resize(static_cast<std::size_t>(destination));
  std::vector<double> exact(static_cast<std::size_t>(stride));
  for (std::int64_t i = 0; i < destination; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(static_cast<std::int64_t>(centre - support + 0.5), 0);
    const auto last = std::min(static_cast<std::int64_t>(centre + support + 0.5), source);
    double sum = 0;
    for (std::int64_t k = 0; k < last - first; ++k) {
      const double distance = std::abs((static_cast<double>(k + first) - centre + 0.5) * shrink);
      const double weight = distance < 1.0 ? 1.0 - distance : 0.0;
      exact[static_cast<std::size_t>(k)] = weight;
      sum += weight;
    }
    std::int32_t* weights = &filter.weights[static_cast<std::size_t>(i * stride)];
    for (std::int64_t k = 0; k < last - first; ++k) {
      const double weight = sum != 0.0 ? exact[static_cast<std::size_t>(k)] / sum : 0.0;
      weights[k] = static_cast<std::int32_t>(0.5 + weight * (1 << kPrecision));
    }
    filter.taps[static_cast<std::size_t>(i)] = {first, last - first, weights};
  }
  // NOLINTEND(bugprone-incorrect-roundings)
  return filter;
}

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPrecision, 0, 255));
}

template <int Channels>
void filter_row(const std::uint8_t* source, const std::vector<Taps>& taps, std::uint8_t* destination) {
  for (const Taps& tap : taps) {
    std::int32_t sums[Channels];
    std::fill_n(sums, Channels, 1 << (kPrecision - 1));
    const std::uint8_t* pixel = source + tap.first * Channels;
    for (std::int64_t k = 0; k < tap.count; ++k, pixel += Channels)
      for (int c = 0; c < Channels; ++c)
        sums[c] += pixel[c] * tap.weights[k];
    for (int c = 0; c < Channels; ++c)
      *destination++ = to_byte(sums[c]);
  }
}

Image resize_width(const Image& image, std::int64_t width) {
  Image result = Image::blank(width, image.height, image.channels, 0);
  const Filter filter = triangle_filter(image.width, width);
  for (std::int64_t y = 0; y < image.height; ++y) {
    if (image.channels == 3)
      filter_row<3>(image.at(0, y), filter.taps, result.at(0, y));
    else
      filter_row<1>(image.at(0, y), filter.taps, result.at(0, y));
  }
  return result;
}

Image resize_height(const Image& image, std::int64_t height) {
  Image result = Image::blank(image.width, height, image.channels, 0);
  const Filter filter = triangle_filter(image.height, height);
  const auto bytes = static_cast<std::size_t>(image.width * image.channels);
  std::vector<std::int32_t> sums(bytes);
  for (std::int64_t y = 0; y < height; ++y) {
    const Taps& tap = filter.taps[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), 1 << (kPrecision - 1));
    for (std::int64_t k = 0; k < tap.count; ++k) {
      const std::uint8_t* row = image.at(0, tap.first + k);
      const std::int32_t weight = tap.weights[k];
      for (std::size_t i = 0; i < bytes; ++i)
        sums[i] += row[i] * weight;
    }
    std::uint8_t* out = result.at(0, y);
    for (std::size_t i = 0; i < bytes; ++i)
      out[i] = to_byte(sums[i]);
  }
  return result;
}

}  // namespace

Image resize(const Image& image, std::int64_t width, std::int64_t height) {
  check_image(image);
  check_size(width, height);
  // The width goes first and is rounded to bytes; that intermediate picture can be larger than both ends.
  check_size(width, image.height);
  if (width == image.width)
    return height == image.height ? image : resize_height(image, height);
  const Image narrowed = resize_width(image, width);
  return height == image.height ? narrowed : resize_height(narrowed, height);
}

Image resize_short_side(const Image& image, std::int64_t size) {
  check_image(image);
  FOVEA_CHECK(size > 0 && size <= kMaxImagePixels, "cannot resize the short side to {} pixels", size);
  const std::int64_t shorter = std::min(image.width, image.height);
  const std::int64_t longer = size * std::max(image.width, image.height) / shorter;
  return image.width <= image.height ? resize(image, size, longer) : resize(image, longer, size);
}

}  // namespace fovea
