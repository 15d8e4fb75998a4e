#include "base/check.hpp"
#include "evaluate/picture_batch.hpp"
#include "image/regions.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace fovea {
namespace {

/// The picture in 8 bits, its range of values stretched to 0..255: its own channels if there are three,
/// otherwise their mean three times.
Image stretched(const Tensor& picture) {
  const std::int64_t channels = picture.shape()[0], height = picture.shape()[1], width = picture.shape()[2];
  const auto values = picture.data<float>();
  const auto pixels = static_cast<std::size_t>(height * width);
  std::vector<double> colours(3 * pixels, 0);
  for (std::size_t i = 0; i < colours.size(); ++i)
    if (channels == 3)
      colours[i] = static_cast<double>(values[i]);
    else
      for (std::size_t at = i % pixels; at < values.size(); at += pixels)
        colours[i] += static_cast<double>(values[at]) / static_cast<double>(channels);
  const auto [low, high] = std::minmax_element(colours.begin(), colours.end());
  const double least = *low, range = *high > *low ? *high - *low : 1;
  Image image = Image::blank(width, height, 3, 0);
  for (std::size_t i = 0; i < colours.size(); ++i)
    image.pixels[3 * (i % pixels) + i / pixels] =
        static_cast<std::uint8_t>(std::lround(255 * (colours[i] - least) / range));
  return image;
}

}  // namespace

Tensor superpixels(const Tensor& picture, std::int64_t segments) {
  check_picture(picture);
  Tensor labels(DType::I64, {picture.shape()[1], picture.shape()[2]});
  std::int64_t label = 0;
  for (const Region& region : watershed_regions(stretched(picture), segments)) {
    for (const std::uint32_t pixel : region)
      labels.data<std::int64_t>()[pixel] = label;
    ++label;
  }
  return labels;
}

}  // namespace fovea
