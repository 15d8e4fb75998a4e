#include "image/blur.hpp"

#include "base/check.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace fovea {

void gaussian_blur(std::span<float> planes, std::int64_t height, std::int64_t width, double sigma) try {
  FOVEA_CHECK(sigma >= 0 && std::isfinite(sigma), "a blur of {} pixels is not possible", sigma);
  const int radius = static_cast<int>(std::ceil(3 * sigma));
  const auto plane = static_cast<std::size_t>(height * width);
  if (radius == 0 || plane == 0)
    return;
  const int kernel = 2 * radius + 1;
  for (std::size_t first = 0; first < planes.size(); first += plane) {
    cv::Mat pixels(static_cast<int>(height), static_cast<int>(width), CV_32F, planes.data() + first);
    cv::GaussianBlur(pixels, pixels, {kernel, kernel}, sigma, sigma, cv::BORDER_REFLECT);
  }
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
