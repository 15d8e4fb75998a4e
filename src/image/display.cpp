#include "fovea/image.hpp"

#include "base/dispatch.hpp"
#include "base/quantile.hpp"
#include "image/opencv_errors.hpp"
#include "image/pixels.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

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

/// The 256 colours of a map, as red, green, blue.
std::vector<std::uint8_t> palette(std::string_view name) try {
  const auto* found = std::find_if(std::begin(kColormaps), std::end(kColormaps),
                                   [&](const Colormap& map) { return map.name == name; });
  FOVEA_CHECK(found != std::end(kColormaps), "unknown colour map '{}': expected one of {}", name,
              fmt::join(colormap_names(), ", "));
  cv::Mat ramp(1, 256, CV_8UC1);
  for (int i = 0; i < 256; ++i)
    ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
  cv::Mat bgr;
  if (found->code < 0)
    cv::merge(std::vector<cv::Mat>{ramp, ramp, ramp}, bgr);
  else
    cv::applyColorMap(ramp, bgr, found->code);
  std::vector<std::uint8_t> colours;
  for (int i = 0; i < 256; ++i)
    for (int c = 2; c >= 0; --c)
      colours.push_back(bgr.at<cv::Vec3b>(0, i)[c]);
  return colours;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

/// The map's values in double, every one finite.
Tensor finite_values(const Tensor& map) {
  FOVEA_CHECK(!map.empty() && map.elements() > 0, "a map without values cannot be shown");
  const Tensor values = map.cast(DType::F64);
  const auto data = values.data<double>();
  const auto bad = std::find_if(data.begin(), data.end(), [](double value) { return !std::isfinite(value); });
  FOVEA_CHECK(bad == data.end(), "a map with the value {} at element {} cannot be shown", *bad,
              bad - data.begin());
  return values;
}

void check_range(const DisplayRange& range) {
  FOVEA_CHECK(range.percentile >= 0 && range.percentile <= 100, "a percentile of {}: expected 0 to 100",
              range.percentile);
  FOVEA_CHECK(std::isfinite(range.gamma) && range.gamma > 0, "a gamma of {}: expected a number above 0",
              range.gamma);
}

/// Of a number from 0 to 255.
std::uint8_t rounded_byte(double value) {
  return static_cast<std::uint8_t>(value + 0.5);
}

double white_of(const Tensor& values, const DisplayRange& range) {
  const auto data = values.data<double>();
  std::vector<double> scratch(data.begin(), data.end());
  const double level = quantile(std::span(scratch), range.percentile / 100);
  if (level > 0)
    return level;
  return std::max(0.0, *std::max_element(data.begin(), data.end()));
}

}  // namespace

double white_level(const Tensor& map, const DisplayRange& range) {
  check_range(range);
  return white_of(finite_values(map), range);
}

Image to_grey(const Tensor& map, const DisplayRange& range) {
  return scale_to_grey(map, white_level(map, range), range.gamma);
}

Image scale_to_grey(const Tensor& map, double white, double gamma) {
  FOVEA_CHECK(map.shape().rank() == 2, "a map of shape {} cannot be shown: expected [H,W]",
              to_string(map.shape()));
  FOVEA_CHECK(std::isfinite(white) && white >= 0, "a white level of {}: expected 0 or more", white);
  check_range({100, gamma});
  const Tensor values = finite_values(map);
  Image grey = Image::blank(map.shape()[1], map.shape()[0], 1, 0);
  if (white == 0)
    return grey;
  const auto data = values.data<double>();
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double part = std::clamp(data[i] / white, 0.0, 1.0);
    grey.pixels[i] = rounded_byte(255 * (gamma == 1 ? part : std::pow(part, gamma)));
  }
  return grey;
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
  check_image(grey);
  FOVEA_CHECK(grey.channels == 1, "a colour map needs a grey picture, found {} channels", grey.channels);
  const std::vector<std::uint8_t> colours = palette(colormap);
  Image result = Image::blank(grey.width, grey.height, 3, 0);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i)
    std::copy_n(&colours[3U * grey.pixels[i]], 3, &result.pixels[3 * i]);
  return result;
}

Image overlay(const Image& photo, const Image& grey_map, std::string_view colormap, double opacity) {
  check_image(photo);
  FOVEA_CHECK(opacity >= 0 && opacity <= 1, "an opacity of {}: expected 0 to 1", opacity);
  FOVEA_CHECK(photo.width == grey_map.width && photo.height == grey_map.height,
              "an overlay of {} x {} pixels on a photo of {} x {}: the sizes must be the same",
              grey_map.width, grey_map.height, photo.width, photo.height);
  constexpr double darkened = 0.6;
  Image result = colorize(grey_map, colormap);
  const Image base = to_luma(photo);
  for (std::size_t i = 0; i < grey_map.pixels.size(); ++i) {
    const double heat = opacity * grey_map.pixels[i] / 255;
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint8_t& value = result.pixels[3 * i + c];
      value = rounded_byte(heat * value + (1 - heat) * darkened * base.pixels[i]);
    }
  }
  return result;
}

}  // namespace fovea
