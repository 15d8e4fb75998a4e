#include "image/palette.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace fovea {
namespace {

/// OpenCV's number of a colour map, or one of these.
constexpr int kPlainGrey = -1, kBlueRed = -2;

struct Colormap {
  const char* name;
  int code;
  bool is_diverging = false;
};

constexpr Colormap kColormaps[] = {
    {"inferno", cv::COLORMAP_INFERNO}, {"viridis", cv::COLORMAP_VIRIDIS},
    {"magma", cv::COLORMAP_MAGMA},     {"plasma", cv::COLORMAP_PLASMA},
    {"cividis", cv::COLORMAP_CIVIDIS}, {"blue-red", kBlueRed, true},
    {"turbo", cv::COLORMAP_TURBO},     {"jet", cv::COLORMAP_JET},
    {"hot", cv::COLORMAP_HOT},         {"grey", kPlainGrey},
};

const Colormap& find_colormap(std::string_view name) {
  const auto* found = std::find_if(std::begin(kColormaps), std::end(kColormaps),
                                   [&](const Colormap& map) { return map.name == name; });
  if (found == std::end(kColormaps))
    throw InputError(unknown_name("colour map", name, colormap_names()));
  return *found;
}

/// A colour of CIELAB with the white of sRGB, D65.
struct Lab {
  double l, a, b;
};

Colour to_srgb(const Lab& lab) {
  const auto inverse = [](double t) { return t > 6.0 / 29 ? t * t * t : 3 * 36.0 / 841 * (t - 4.0 / 29); };
  const double fy = (lab.l + 16) / 116;
  const double x = 0.95047 * inverse(fy + lab.a / 500), y = inverse(fy),
               z = 1.08883 * inverse(fy - lab.b / 200);
  const auto byte = [](double linear) {
    const double part = std::clamp(linear, 0.0, 1.0);
    const double encoded = part <= 0.0031308 ? 12.92 * part : 1.055 * std::pow(part, 1 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(255 * encoded));
  };
  return {byte(3.2406 * x - 1.5372 * y - 0.4986 * z), byte(-0.9689 * x + 1.8758 * y + 0.0415 * z),
          byte(0.0557 * x - 0.2040 * y + 1.0570 * z)};
}

/// Blue, nearly white in the middle, and red, along straight lines in CIELAB, where equal distances look
/// about equal.
Palette make_blue_red() {
  constexpr Lab blue = {36, 14, -52}, white = {97, 0, 0}, red = {36, 57, 32};
  Palette colours;
  for (int i = 0; i < 256; ++i) {
    const double part = std::clamp((i - 128) / 127.0, -1.0, 1.0);
    const Lab& end = part < 0 ? blue : red;
    const auto mix = [part](double from, double to) { return from + std::abs(part) * (to - from); };
    colours[static_cast<std::size_t>(i)] =
        to_srgb({mix(white.l, end.l), mix(white.a, end.a), mix(white.b, end.b)});
  }
  return colours;
}

Palette make_palette(const Colormap& map) try {
  if (map.code == kBlueRed)
    return make_blue_red();
  cv::Mat ramp(1, 256, CV_8UC1);
  for (int i = 0; i < 256; ++i)
    ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
  cv::Mat bgr;
  if (map.code == kPlainGrey)
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

}  // namespace

// Made once: OpenCV computes the colours anew in every call, in as much time as a small map takes to colour.
const Palette& palette(std::string_view colormap) {
  const Colormap& found = find_colormap(colormap);
  static std::array<std::once_flag, std::size(kColormaps)> made;
  static std::array<Palette, std::size(kColormaps)> palettes;
  const auto i = static_cast<std::size_t>(&found - std::begin(kColormaps));
  std::call_once(made[i], [&] { palettes[i] = make_palette(found); });
  return palettes[i];
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

bool is_diverging(std::string_view colormap) {
  return find_colormap(colormap).is_diverging;
}

}  // namespace fovea
