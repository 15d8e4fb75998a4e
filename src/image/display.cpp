#include "fovea/image.hpp"

#include "base/closest_names.hpp"
#include "base/dispatch.hpp"
#include "base/quantile.hpp"
#include "image/opencv_errors.hpp"
#include "image/palette.hpp"
#include "image/pixels.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <type_traits>

namespace fovea {
namespace {

struct Colormap {
  const char* name;
  int code;  ///< OpenCV's, or -1 for plain grey
};

constexpr Colormap kColormaps[] = {
    {"inferno", cv::COLORMAP_INFERNO},
    {"viridis", cv::COLORMAP_VIRIDIS},
    {"turbo", cv::COLORMAP_TURBO},
    {"magma", cv::COLORMAP_MAGMA},
    {"jet", cv::COLORMAP_JET},
    {"hot", cv::COLORMAP_HOT},
    {"grey", -1},
};

Palette make_palette(const Colormap& map) try {
  cv::Mat ramp(1, 256, CV_8UC1);
  for (int i = 0; i < 256; ++i)
    ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
  cv::Mat bgr;
  if (map.code < 0)
    cv::merge(std::vector<cv::Mat>{ramp, ramp, ramp}, bgr);
  else
    cv::applyColorMap(ramp, bgr, map.code);
  Palette colours;
  for (int i = 0; i < 256; ++i) {
    const auto& colour = bgr.at<cv::Vec3b>(0, i);
    colours[static_cast<std::size_t>(i)] = {colour[2], colour[1], colour[0]};
  }
  return colours;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

/// Calls `use` with the map's values as float or as double; InputError unless every one is finite.
template <class Use>
auto with_finite_values(const Tensor& map, const Use& use) {
  FOVEA_CHECK(!map.empty() && map.elements() > 0, "a map without values cannot be shown");
  const auto checked = [&](auto values) {
    // Without a branch, for the compiler to make vector instructions of it.
    bool finite = true;
    for (const auto value : values)
      finite &= std::abs(value) <= std::numeric_limits<std::remove_cv_t<decltype(value)>>::max();
    if (!finite) {
      const auto bad =
          std::find_if(values.begin(), values.end(), [](auto value) { return !std::isfinite(value); });
      FOVEA_CHECK(false, "a map with the value {} at element {} cannot be shown", static_cast<double>(*bad),
                  bad - values.begin());
    }
    return use(values);
  };
  if (map.dtype() == DType::F32)
    return checked(map.data<float>());
  const Tensor values = map.cast(DType::F64);
  return checked(values.data<double>());
}

void check_range(const DisplayRange& range) {
  FOVEA_CHECK(range.percentile >= 0 && range.percentile <= 100, "a percentile of {}: expected 0 to 100",
              range.percentile);
  FOVEA_CHECK(std::isfinite(range.gamma) && range.gamma > 0, "a gamma of {}: expected a number above 0",
              range.gamma);
}

void check_grey(const Image& image) {
  check_image(image);
  FOVEA_CHECK(image.channels == 1, "a colour map needs a grey picture, found {} channels", image.channels);
}

/// Of a number from 0 to 255.
std::uint8_t rounded_byte(double value) {
  return static_cast<std::uint8_t>(value + 0.5);
}

template <class T>
double white_of(std::span<T> values, const DisplayRange& range) {
  std::vector<std::remove_cv_t<T>> scratch(values.begin(), values.end());
  const double level = quantile(std::span(scratch), range.percentile / 100);
  if (level > 0)
    return level;
  return std::max(0.0, static_cast<double>(*std::max_element(values.begin(), values.end())));
}

template <class T>
void scale_to_bytes(std::span<T> values, double white, double gamma, std::vector<std::uint8_t>& bytes) {
  const auto part = [white](T value) { return std::clamp(static_cast<double>(value) / white, 0.0, 1.0); };
  if (gamma == 1)
    std::transform(values.begin(), values.end(), bytes.begin(),
                   [&](T value) { return rounded_byte(255 * part(value)); });
  else
    std::transform(values.begin(), values.end(), bytes.begin(),
                   [&](T value) { return rounded_byte(255 * std::pow(part(value), gamma)); });
}

}  // namespace

// Made once: OpenCV computes the colours anew in every call, in as much time as a small map takes to colour.
const Palette& palette(std::string_view colormap) {
  const auto* found = std::find_if(std::begin(kColormaps), std::end(kColormaps),
                                   [&](const Colormap& map) { return map.name == colormap; });
  if (found == std::end(kColormaps))
    throw InputError(unknown_name("colour map", colormap, colormap_names()));
  static std::array<std::once_flag, std::size(kColormaps)> made;
  static std::array<Palette, std::size(kColormaps)> palettes;
  const auto i = static_cast<std::size_t>(found - std::begin(kColormaps));
  std::call_once(made[i], [&] { palettes[i] = make_palette(*found); });
  return palettes[i];
}

double white_level(const Tensor& map, const DisplayRange& range) {
  check_range(range);
  return with_finite_values(map, [&](auto values) { return white_of(values, range); });
}

Image to_grey(const Tensor& map, const DisplayRange& range) {
  return scale_to_grey(map, white_level(map, range), range.gamma);
}

Image scale_to_grey(const Tensor& map, double white, double gamma) {
  FOVEA_CHECK(map.shape().rank() == 2, "a map of shape {} cannot be shown: expected [H,W]",
              to_string(map.shape()));
  FOVEA_CHECK(std::isfinite(white) && white >= 0, "a white level of {}: expected 0 or more", white);
  check_range({100, gamma});
  return with_finite_values(map, [&](auto values) {
    Image grey = Image::blank(map.shape()[1], map.shape()[0], 1, 0);
    if (white != 0)
      scale_to_bytes(values, white, gamma, grey.pixels);
    return grey;
  });
}

Image scale_to_grey(const Tensor& map, const DisplayLevels& levels, double gamma) {
  if (levels.black == 0)
    return scale_to_grey(map, levels.white, gamma);
  Tensor above = map.cast(DType::F32).clone();
  for (float& value : above.data<float>())
    value -= static_cast<float>(levels.black);
  return scale_to_grey(above, levels.white - levels.black, gamma);
}

const std::vector<std::string>& colormap_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Colormap& map : kColormaps)
      list.emplace_back(map.name);
    return list;
  }();
  return names;
}

Image colorize(const Image& grey, std::string_view colormap) {
  check_grey(grey);
  const Palette& colours = palette(colormap);
  Image result = Image::blank(grey.width, grey.height, 3, 0);
  std::uint8_t* out = result.pixels.data();
  for (const std::uint8_t level : grey.pixels) {
    std::memcpy(out, colours[level].data(), 3);
    out += 3;
  }
  return result;
}

Image overlay(const Image& photo, const Image& grey_map, std::string_view colormap, double opacity) {
  check_image(photo);
  FOVEA_CHECK(opacity >= 0 && opacity <= 1, "an opacity of {}: expected 0 to 1", opacity);
  FOVEA_CHECK(photo.width == grey_map.width && photo.height == grey_map.height,
              "an overlay of {} x {} pixels on a photo of {} x {}: the sizes must be the same",
              grey_map.width, grey_map.height, photo.width, photo.height);
  check_grey(grey_map);
  constexpr double darkened = 0.6;
  // What a level of the map adds, and how much of the photo it leaves.
  struct Mixture {
    std::array<double, 3> heat;
    double photo;
  };
  const Palette& colours = palette(colormap);
  std::array<Mixture, 256> mixtures;
  for (std::size_t level = 0; level < mixtures.size(); ++level) {
    const double heat = opacity * static_cast<double>(level) / 255;
    for (std::size_t c = 0; c < 3; ++c)
      mixtures[level].heat[c] = heat * colours[level][c];
    mixtures[level].photo = (1 - heat) * darkened;
  }
  Image result = Image::blank(photo.width, photo.height, 3, 0);
  const Image base = to_luma(photo);
  std::uint8_t* out = result.pixels.data();
  for (std::size_t i = 0; i < base.pixels.size(); ++i) {
    const Mixture& mixture = mixtures[grey_map.pixels[i]];
    for (const double heat : mixture.heat)
      *out++ = rounded_byte(heat + mixture.photo * base.pixels[i]);
  }
  return result;
}

}  // namespace fovea
