#include "fovea/image.hpp"

#include "image/opencv_errors.hpp"
#include "image/palette.hpp"
#include "image/pixels.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea {
namespace {

std::uint8_t mixed(double photo, double colour, double alpha) {
  return static_cast<std::uint8_t>(photo + alpha * (colour - photo) + 0.5);
}

/// The share of the full range that a level of a grey map stands for, 0..1.
double share_of(double level, bool is_signed) {
  return is_signed ? std::min(std::abs(level - 128) / 127, 1.0) : level / 255;
}

void tint(Image& photo, const Image& grey_map, const OverlayStyle& style) {
  const Palette& colours = palette(style.colormap);
  const bool is_signed = is_diverging(style.colormap);
  std::array<double, 256> alphas;
  for (std::size_t level = 0; level < alphas.size(); ++level)
    alphas[level] = style.alpha * share_of(static_cast<double>(level), is_signed);
  std::uint8_t* out = photo.pixels.data();
  for (const std::uint8_t level : grey_map.pixels)
    for (const std::uint8_t part : colours[level]) {
      *out = mixed(*out, part, alphas[level]);
      ++out;
    }
}

/// The map's share of its range, blurred and scaled so that its maximum is 1.
cv::Mat1f smooth_shares(const Image& grey_map, bool is_signed) {
  cv::Mat1f shares(static_cast<int>(grey_map.height), static_cast<int>(grey_map.width));
  std::transform(grey_map.pixels.begin(), grey_map.pixels.end(), shares.begin(),
                 [is_signed](std::uint8_t level) { return static_cast<float>(share_of(level, is_signed)); });
  const double sigma = 0.02 * static_cast<double>(std::min(grey_map.width, grey_map.height));
  if (sigma > 0.3)
    cv::GaussianBlur(shares, shares, {}, sigma, sigma, cv::BORDER_REPLICATE);
  double highest = 0;
  cv::minMaxLoc(shares, nullptr, &highest);
  if (highest > 0)
    shares /= highest;
  return shares;
}

/// How much of a pixel a line of that width covers, whose middle is so far away.
double coverage(double distance, double width) {
  return std::clamp(width / 2 + 0.5 - distance, 0.0, 1.0);
}

/// Lines of the colour map's colours on black ones that are wider. A pixel's distance from a line is the
/// difference of the values over their slope, so the lines are smooth whatever the size.
void draw_contours(Image& photo, const Image& grey_map, const OverlayStyle& style) {
  constexpr std::array levels = {0.25, 0.5, 0.75};
  const Palette& colours = palette(is_diverging(style.colormap) ? "grey" : style.colormap);
  const cv::Mat1f shares = smooth_shares(grey_map, is_diverging(style.colormap));
  const double width = std::max(1.5, static_cast<double>(std::min(photo.width, photo.height)) / 200);
  const auto at = [&](std::int64_t x, std::int64_t y) {
    return double{shares(static_cast<int>(std::clamp<std::int64_t>(y, 0, photo.height - 1)),
                         static_cast<int>(std::clamp<std::int64_t>(x, 0, photo.width - 1)))};
  };
  for (std::int64_t y = 0; y < photo.height; ++y)
    for (std::int64_t x = 0; x < photo.width; ++x) {
      const double slope =
          std::max(std::hypot(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)) / 2, 1e-9);
      std::uint8_t* pixel = photo.at(x, y);
      for (const double level : levels) {
        const double distance = std::abs(at(x, y) - level) / slope;
        const double line = style.alpha * coverage(distance, width);
        const double casing = 0.7 * style.alpha * coverage(distance, 2 * width);
        if (casing <= 0)
          continue;
        const Colour& colour = colours[static_cast<std::size_t>(std::lround(255 * (0.4 + 0.6 * level)))];
        for (std::size_t c = 0; c < 3; ++c)
          pixel[c] = mixed(mixed(pixel[c], 0, casing), colour[c], line);
      }
    }
}

}  // namespace

Image overlay(const Image& photo, const Image& grey_map, const OverlayStyle& style) try {
  check_image(photo);
  check_image(grey_map);
  FOVEA_CHECK(style.alpha >= 0 && style.alpha <= 1, "an alpha of {}: expected 0 to 1", style.alpha);
  FOVEA_CHECK(photo.width == grey_map.width && photo.height == grey_map.height,
              "an overlay of {} x {} pixels on a photo of {} x {}: the sizes must be the same",
              grey_map.width, grey_map.height, photo.width, photo.height);
  FOVEA_CHECK(grey_map.channels == 1, "a colour map needs a grey picture, found {} channels",
              grey_map.channels);
  Image result = to_rgb(photo);
  (style.contours ? draw_contours : tint)(result, grey_map, style);
  return result;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

Image enlarge_map(const Image& grey_map, std::int64_t width, std::int64_t height) try {
  check_image(grey_map);
  FOVEA_CHECK(grey_map.channels == 1, "a map is a grey picture, found {} channels", grey_map.channels);
  if (width == grey_map.width && height == grey_map.height)
    return grey_map;
  Image result = Image::blank(width, height, 1, 0);
  const cv::Mat from(static_cast<int>(grey_map.height), static_cast<int>(grey_map.width), CV_8UC1,
                     const_cast<std::uint8_t*>(grey_map.pixels.data()));
  cv::Mat to(static_cast<int>(height), static_cast<int>(width), CV_8UC1, result.pixels.data());
  const bool shrinks = width < grey_map.width || height < grey_map.height;
  cv::resize(from, to, to.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
