#include "image/regions.hpp"

#include "base/check.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The magnitude of the slope of the picture's brightness.
cv::Mat contrast_of(const cv::Mat& picture) {
  cv::Mat grey, dx, dy, contrast;
  cv::cvtColor(picture, grey, cv::COLOR_RGB2GRAY);
  cv::Sobel(grey, dx, CV_32F, 1, 0);
  cv::Sobel(grey, dy, CV_32F, 0, 1);
  cv::magnitude(dx, dy, contrast);
  return contrast;
}

/// Rows and columns of a grid of nearly square cells, about that many.
cv::Size marker_grid(const cv::Size& picture, std::int64_t count) {
  const int shorter = std::min(picture.width, picture.height),
            longer = std::max(picture.width, picture.height);
  const double side = std::sqrt(static_cast<double>(shorter) * longer / static_cast<double>(count));
  const int across = std::clamp(static_cast<int>(std::lround(shorter / side)), 1, shorter);
  const int along = std::clamp(static_cast<int>(std::lround(static_cast<double>(count) / across)), 1, longer);
  return picture.width < picture.height ? cv::Size(across, along) : cv::Size(along, across);
}

/// 1, 2, ... at the markers, 0 elsewhere.
cv::Mat markers_of(const cv::Mat& picture, std::int64_t count) {
  const cv::Mat contrast = contrast_of(picture);
  cv::Mat markers = cv::Mat::zeros(picture.size(), CV_32S);
  const cv::Size grid = marker_grid(picture.size(), count);
  int label = 0;
  for (int r = 0; r < grid.height; ++r)
    for (int c = 0; c < grid.width; ++c) {
      const cv::Rect cell(
          cv::Point(c * picture.cols / grid.width, r * picture.rows / grid.height),
          cv::Point((c + 1) * picture.cols / grid.width, (r + 1) * picture.rows / grid.height));
      cv::Point flattest;
      cv::minMaxLoc(contrast(cell), nullptr, nullptr, &flattest);
      markers.at<int>(cell.tl() + flattest) = ++label;
    }
  return markers;
}

/// Pixels on the watershed itself have no label: they take that of the neighbour of the most similar colour,
/// in row-major order as often as it takes. At least one pixel has a label, that of the first marker.
void fill_gaps(cv::Mat& labels, const cv::Mat& picture) {
  for (bool again = true; again;) {
    again = false;
    for (int y = 0; y < labels.rows; ++y)
      for (int x = 0; x < labels.cols; ++x) {
        if (labels.at<int>(y, x) > 0)
          continue;
        const cv::Point here(x, y), beside[] = {{0, -1}, {-1, 0}, {1, 0}, {0, 1}};
        int nearest = 0;
        double least = 0;
        for (const cv::Point& step : beside) {
          const cv::Point there = here + step;
          if (!cv::Rect({0, 0}, labels.size()).contains(there) || labels.at<int>(there) <= 0)
            continue;
          const double apart = cv::norm(picture.at<cv::Vec3b>(here), picture.at<cv::Vec3b>(there));
          if (nearest == 0 || apart < least) {
            nearest = labels.at<int>(there);
            least = apart;
          }
        }
        if (nearest > 0)
          labels.at<int>(here) = nearest;
        again = again || labels.at<int>(here) <= 0;
      }
  }
}

}  // namespace

std::int64_t watershed_region_count(std::int64_t width, std::int64_t height, std::int64_t count) {
  return marker_grid({static_cast<int>(width), static_cast<int>(height)}, count).area();
}

std::vector<Region> watershed_regions(const Image& image, std::int64_t count) try {
  FOVEA_CHECK(image.channels == 3, "regions of a picture with {} channels: expected 3", image.channels);
  FOVEA_CHECK(count >= 1 && count <= image.width * image.height,
              "{} segments of a picture of {}x{} pixels: expected 1 to {}", count, image.width, image.height,
              image.width * image.height);
  const cv::Mat picture(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC3,
                        const_cast<std::uint8_t*>(image.pixels.data()));
  cv::Mat framed, labels;  // the border takes no part in a watershed, so there is one more pixel around
  cv::copyMakeBorder(picture, framed, 1, 1, 1, 1, cv::BORDER_REPLICATE);
  cv::copyMakeBorder(markers_of(picture, count), labels, 1, 1, 1, 1, cv::BORDER_CONSTANT, 0);
  double markers = 0;
  cv::minMaxLoc(labels, nullptr, &markers);
  cv::watershed(framed, labels);
  labels = labels(cv::Rect({1, 1}, picture.size())).clone();
  fill_gaps(labels, picture);
  std::vector<Region> regions(static_cast<std::size_t>(markers));
  for (int y = 0; y < labels.rows; ++y)
    for (int x = 0; x < labels.cols; ++x)
      regions[static_cast<std::size_t>(labels.at<int>(y, x) - 1)].push_back(
          static_cast<std::uint32_t>(y * labels.cols + x));
  std::erase_if(regions, [](const Region& region) { return region.empty(); });
  return regions;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

Region grown(const Region& region, std::int64_t width, std::int64_t height, std::int64_t radius) try {
  cv::Mat mask = cv::Mat::zeros(static_cast<int>(height), static_cast<int>(width), CV_8U);
  for (const std::uint32_t pixel : region)
    mask.data[pixel] = 1;
  const int side = 2 * static_cast<int>(radius) + 1;
  cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side}));
  Region result;
  for (std::uint32_t pixel = 0; pixel < mask.total(); ++pixel)
    if (mask.data[pixel] != 0)
      result.push_back(pixel);
  return result;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
