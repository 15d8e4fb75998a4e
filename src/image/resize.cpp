#include "image/opencv_errors.hpp"
#include "image/pixels.hpp"
#include "image/weighted_sums.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// A triangle of half-width max(1, source / destination) round each destination sample's centre, normalised
/// in double and then rounded to fixed point. The order of the operations is Pillow's, since the last bit
/// depends on it.
ResizeFilter triangle_filter(std::int64_t source, std::int64_t destination) {
  const double scale = static_cast<double>(source) / static_cast<double>(destination);
  const double support = std::max(scale, 1.0);
  const double shrink = 1.0 / support;
  const auto most = static_cast<std::int64_t>(std::ceil(support)) * 2 + 1;

  // Truncated sums, not rounded values: Pillow's arithmetic, to the bit.
  // NOLINTBEGIN(bugprone-incorrect-roundings)
  ResizeFilter filter(destination, most);
  std::vector<double> exact(static_cast<std::size_t>(most));
  std::vector<std::int32_t> weights;
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
    weights.resize(static_cast<std::size_t>(last - first));
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double weight = sum != 0.0 ? exact[k] / sum : 0.0;
      weights[k] = static_cast<std::int32_t>(0.5 + weight * (1 << kWeightBits));
    }
    filter.set(i, first, weights);
  }
  // NOLINTEND(bugprone-incorrect-roundings)
  return filter;
}

Image resize_width(const Image& image, std::int64_t width) {
  Image result = Image::blank(width, image.height, image.channels, 0);
  const ResizeFilter filter = triangle_filter(image.width, width);
  for (std::int64_t y = 0; y < image.height; ++y)
    if (image.channels == 3)
      filter_colour_row(image.at(0, y), image.width, filter, result.at(0, y));
    else
      filter_grey_row(image.at(0, y), filter, result.at(0, y));
  return result;
}

Image resize_height(const Image& image, std::int64_t height) {
  Image result = Image::blank(image.width, height, image.channels, 0);
  const ResizeFilter filter = triangle_filter(image.height, height);
  const std::int64_t bytes = image.width * image.channels;
  for (std::int64_t y = 0; y < height; ++y)
    filter_rows(image.pixels.data(), bytes, filter.taps(y), bytes, result.at(0, y));
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

Image resize_bilinear(const Image& image, std::int64_t width, std::int64_t height) try {
  check_image(image);
  check_size(width, height);
  Image result = Image::blank(width, height, image.channels, 0);
  const auto matrix = [](const Image& of, const std::uint8_t* pixels) {
    return cv::Mat(static_cast<int>(of.height), static_cast<int>(of.width),
                   CV_8UC(static_cast<int>(of.channels)), const_cast<std::uint8_t*>(pixels));
  };
  cv::Mat destination = matrix(result, result.pixels.data());
  cv::resize(matrix(image, image.pixels.data()), destination, destination.size(), 0, 0, cv::INTER_LINEAR);
  return result;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

Image resize_short_side(const Image& image, std::int64_t size) {
  check_image(image);
  FOVEA_CHECK(size > 0 && size <= kMaxImagePixels, "cannot resize the short side to {} pixels", size);
  const std::int64_t shorter = std::min(image.width, image.height);
  const std::int64_t longer = size * std::max(image.width, image.height) / shorter;
  return image.width <= image.height ? resize(image, size, longer) : resize(image, longer, size);
}

}  // namespace fovea
