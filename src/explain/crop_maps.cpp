#include "explain/crop_maps.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// The part of every plane of [C,H,W] inside the rectangle.
Tensor crop_planes(const Tensor& planes, const Rect& rect) {
  const Shape& shape = planes.shape();
  Tensor part(DType::F32, {shape[0], rect.height, rect.width});
  const float* in = planes.data<float>().data();
  float* out = part.data<float>().data();
  for (std::int64_t c = 0; c < shape[0]; ++c)
    for (std::int64_t y = 0; y < rect.height; ++y, out += rect.width)
      std::copy_n(in + (c * shape[1] + rect.y + y) * shape[2] + rect.x, rect.width, out);
  return part;
}

}  // namespace

Tensor at_crop_size(const Tensor& planes, const Rect& rect) {
  const std::int64_t channels = planes.shape()[0], height = planes.shape()[1], width = planes.shape()[2];
  if (rect.width == width && rect.height == height)
    return planes;
  Tensor spread(DType::F32, {channels, rect.height, rect.width});
  const auto in = planes.data<float>();
  float* out = spread.data<float>().data();
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t y = 0; y < rect.height; ++y)
      for (std::int64_t x = 0; x < rect.width; ++x)
        *out++ = in[static_cast<std::size_t>((c * height + y * height / rect.height) * width +
                                             x * width / rect.width)];
  return spread;
}

CropMaps::CropMaps(const Framing& framing, ChannelMerge merge, MethodInfo::Values values)
    : merge_(merge), values_(values), height_(framing.resized.height), width_(framing.resized.width),
      relevance_(DType::F32,
                 {values == MethodInfo::Values::PerPixel ? 1 : framing.size.channels, height_, width_}),
      map_(DType::F32, {height_, width_}), counts_(static_cast<std::size_t>(height_ * width_), 0) {}

void CropMaps::add(const Attribution& attribution, const Framing::Crop& crop) {
  const Tensor at_size = at_crop_size(attribution.relevance, crop.rect);
  const Tensor merged = merge_channels(at_size, merge_, values_);
  const auto relevance = at_size.data<float>(), map = merged.data<float>();
  auto relevance_sum = relevance_.data<float>(), map_sum = map_.data<float>();
  const std::int64_t H = crop.rect.height, W = crop.rect.width;
  for (std::int64_t y = 0; y < H; ++y)
    for (std::int64_t x = 0; x < W; ++x) {
      const std::int64_t source_x = crop.mirror == Framing::Crop::Mirror::Yes ? W - 1 - x : x;
      const std::int64_t at = (crop.rect.y + y) * width_ + crop.rect.x + x;
      for (std::int64_t c = 0; c < relevance_.shape()[0]; ++c)
        relevance_sum[static_cast<std::size_t>(c * height_ * width_ + at)] +=
            relevance[static_cast<std::size_t>((c * H + y) * W + source_x)];
      map_sum[static_cast<std::size_t>(at)] += map[static_cast<std::size_t>(y * W + source_x)];
      ++counts_[static_cast<std::size_t>(at)];
    }
  if (attribution.completeness_error)
    completeness_error_ = std::max(completeness_error_.value_or(0), *attribution.completeness_error);
}

void CropMaps::average() {
  auto relevance = relevance_.data<float>(), map = map_.data<float>();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] < 2)
      continue;
    const auto count = static_cast<float>(counts_[i]);
    map[i] /= count;
    for (std::int64_t c = 0; c < relevance_.shape()[0]; ++c)
      relevance[static_cast<std::size_t>(c) * counts_.size() + i] /= count;
  }
}

CropMaps::Result CropMaps::finish(const Rect& covered) {
  average();
  return {crop_planes(relevance_, covered),
          crop_planes(map_.reshaped({1, height_, width_}), covered).reshaped({covered.height, covered.width}),
          completeness_error_};
}

}  // namespace fovea
