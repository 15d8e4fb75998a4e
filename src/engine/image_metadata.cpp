#include "engine/image_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fovea {
namespace {

const std::string* find(const Metadata& metadata, std::string_view key) {
  const auto at =
      std::find_if(metadata.begin(), metadata.end(), [&](const auto& entry) { return entry.first == key; });
  return at == metadata.end() ? nullptr : &at->second;
}

/// x = pixel * scale - mean for a pixel of 0..255.
struct Range {
  std::string_view name;
  double scale, mean;
};
constexpr std::array kRanges = {Range{"NominalRange_0_255", 1, 0}, Range{"Normalized_0_1", 1.0 / 255, 0},
                                Range{"Normalized_1_1", 2.0 / 255, 1},
                                Range{"NominalRange_16_235", 219.0 / 255, -16},
                                Range{"16_235", 219.0 / 255, -16}};

struct Format {
  std::string_view name;
  ChannelOrder order;
};
constexpr std::array kFormats = {Format{"Gray8", ChannelOrder::RGB}, Format{"Rgb8", ChannelOrder::RGB},
                                 Format{"Rgba8", ChannelOrder::RGB}, Format{"Bgr8", ChannelOrder::BGR},
                                 Format{"Bgra8", ChannelOrder::BGR}};

/// The row that a key names; the key's default where it is absent. nullptr and a warning for another value.
template <class Rows>
auto* row_of(const Rows& rows, const Metadata& metadata, std::string_view key, std::string_view otherwise,
             std::vector<std::string>& warnings) {
  const std::string* text = find(metadata, key);
  const std::string_view name = text ? std::string_view(*text) : otherwise;
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  if (at == rows.end())
    warnings.push_back(fmt::format("metadata '{}': '{}' is not known", key, name));
  return at == rows.end() ? nullptr : &*at;
}

}  // namespace

std::optional<Preprocessing> preprocessing_from_image_metadata(const Metadata& metadata,
                                                               std::vector<std::string>& warnings) {
  constexpr std::string_view format_key = "Image.BitmapPixelFormat", range_key = "Image.NominalPixelRange",
                             gamma_key = "Image.ColorSpaceGamma";
  if (!find(metadata, format_key) && !find(metadata, range_key))
    return std::nullopt;
  const Format* format = row_of(kFormats, metadata, format_key, "Bgr8", warnings);
  const Range* range = row_of(kRanges, metadata, range_key, "NominalRange_0_255", warnings);
  if (const std::string* gamma = find(metadata, gamma_key); gamma && *gamma != "SRGB")
    warnings.push_back(
        fmt::format("metadata '{}': '{}' is not supported, colours stay sRGB", gamma_key, *gamma));
  if (!format || !range)
    return std::nullopt;
  Preprocessing preprocessing;
  preprocessing.channel_order = format->order;
  preprocessing.scale = range->scale;
  preprocessing.mean.fill(range->mean);
  return preprocessing;
}

}  // namespace fovea
