#include "image/hartley.hpp"

#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>

#include <cmath>

namespace fovea {

void hartley_transform(std::span<float> planes, std::int64_t height, std::int64_t width) try {
  const auto plane = static_cast<std::size_t>(height * width);
  if (plane == 0)
    return;
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(plane)));
  cv::Mat spectrum;
  for (std::size_t first = 0; first < planes.size(); first += plane) {
    const cv::Mat pixels(static_cast<int>(height), static_cast<int>(width), CV_32F, planes.data() + first);
    cv::dft(pixels, spectrum, cv::DFT_COMPLEX_OUTPUT);
    const auto* z = spectrum.ptr<cv::Vec2f>();
    for (std::size_t i = 0; i < plane; ++i)
      planes[first + i] = scale * (z[i][0] - z[i][1]);
  }
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
