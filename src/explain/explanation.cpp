#include "explain/method.hpp"
#include "fovea/explain.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

Tensor channel_sum(const Tensor& relevance) {
  const Shape& shape = relevance.shape();
  Tensor sum(DType::F32, {shape[1], shape[2]});
  auto out = sum.data<float>();
  const auto in = relevance.data<float>();
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i % out.size()] += in[i];
  return sum;
}

DisplayLevels Explanation::levels(const DisplayRange& range) const {
  return display_levels(map, values, range);
}

double Explanation::signed_level(const DisplayRange& range) const {
  Tensor magnitudes = channel_sum(relevance);
  for (float& value : magnitudes.data<float>())
    value = std::abs(value);
  return white_level(magnitudes, range);
}

Image Explanation::grey(const DisplayRange& range) const {
  return scale_to_grey(map, levels(range), range.gamma);
}

Image Explanation::signed_grey(const DisplayRange& range) const {
  return scale_to_signed_grey(channel_sum(relevance), signed_level(range), range.gamma);
}

Image Explanation::heat(std::string_view colormap, const DisplayRange& range) const {
  return colorize(is_diverging(colormap) ? signed_grey(range) : grey(range), colormap);
}

Image Explanation::overlay(const OverlayStyle& style, const DisplayRange& range) const {
  return fovea::overlay(seen, is_diverging(style.colormap) ? signed_grey(range) : grey(range), style);
}

Image Explanation::overlay_on(const Image& photo, const OverlayStyle& style,
                              const DisplayRange& range) const {
  const Image part = crop(photo, region);
  const Image levels = is_diverging(style.colormap) ? signed_grey(range) : grey(range);
  const Image shown = fovea::overlay(part, enlarge_map(levels, part.width, part.height), style);
  Image result = photo;
  for (std::int64_t y = 0; y < shown.height; ++y)
    std::copy_n(shown.at(0, y), 3 * shown.width, result.at(region.x, region.y + y));
  return result;
}

}  // namespace fovea
