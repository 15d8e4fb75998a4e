#include "base/check.hpp"
#include "base/quantile.hpp"
#include "fovea/image.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The pattern's values in double; InputError unless all are finite.
Tensor values_of(const Tensor& pattern) {
  FOVEA_CHECK(!pattern.empty() && pattern.elements() > 0, "a pattern without values cannot be shown");
  const Tensor values = pattern.cast(DType::F64);
  for (double value : values.data<double>())
    FOVEA_CHECK(std::isfinite(value), "a pattern with the value {} cannot be shown", value);
  return values;
}

}  // namespace

double contrast_level(const Tensor& pattern, double percentile) {
  FOVEA_CHECK(percentile >= 0 && percentile <= 100, "a percentile of {}: expected 0 to 100", percentile);
  const Tensor values = values_of(pattern);
  std::vector<double> magnitudes;
  for (double value : values.data<double>())
    if (value != 0)
      magnitudes.push_back(std::abs(value));
  return magnitudes.empty() ? 0 : quantile(std::span(magnitudes), percentile / 100);
}

Image to_signed_image(const Tensor& pattern, double level, ChannelOrder order) {
  const Shape& shape = pattern.shape();
  FOVEA_CHECK(shape.rank() == 3, "a pattern of shape {} cannot be shown: expected [C,H,W]", to_string(shape));
  FOVEA_CHECK(std::isfinite(level) && level >= 0, "a contrast level of {}: expected 0 or more", level);
  const Tensor values = values_of(pattern);
  const std::size_t plane = static_cast<std::size_t>(shape[1] * shape[2]);
  Image picture = Image::blank(shape[2], shape[1], 3, 128);
  if (level == 0)
    return picture;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t channel = shape[0] < 3 ? 0 : order == ChannelOrder::BGR ? 2 - c : c;
    const auto data = values.data<double>().subspan(channel * plane, plane);
    for (std::size_t i = 0; i < plane; ++i) {
      const double part = std::clamp(data[i] / level, -1.0, 1.0);
      picture.pixels[3 * i + c] = static_cast<std::uint8_t>(127.5 * (1 + part) + 0.5);
    }
  }
  return picture;
}

Image to_red_and_green(const Tensor& map, const Tensor& relevance, double white) {
  const Shape &shape = map.shape(), &signs = relevance.shape();
  FOVEA_CHECK(shape.rank() == 2 && signs.rank() == 3 && signs[1] == shape[0] && signs[2] == shape[1],
              "a map of shape {} with relevance of shape {}: expected [H,W] and [C,H,W]", to_string(shape),
              to_string(signs));
  const std::int64_t area = shape[0] * shape[1];
  const auto magnitudes = map.data<float>();
  const auto values = relevance.data<float>();
  Image picture = Image::blank(shape[1], shape[0], 3, 0);
  for (std::int64_t i = 0; i < area && white > 0; ++i) {
    double sum = 0;
    for (std::int64_t c = 0; c < signs[0]; ++c)
      sum += values[static_cast<std::size_t>(c * area + i)];
    const double share = std::clamp(magnitudes[static_cast<std::size_t>(i)] / white, 0.0, 1.0);
    picture.pixels[static_cast<std::size_t>(3 * i + (sum < 0 ? 1 : 0))] =
        static_cast<std::uint8_t>(std::lround(255 * share));
  }
  return picture;
}

}  // namespace fovea
