#include "fovea/encode.hpp"
#include "base/check.hpp"
#include "image/pixels.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <new>
#include <vector>

namespace fovea {
namespace {

/// OpenCV takes red and blue the other way round.
cv::Mat to_opencv(const Image& image) {
  cv::Mat pixels(static_cast<int>(image.height), static_cast<int>(image.width),
                 image.channels == 3 ? CV_8UC3 : CV_8UC1);
  for (std::int64_t y = 0; y < image.height; ++y) {
    std::uint8_t* out = pixels.ptr(static_cast<int>(y));
    std::copy_n(image.at(0, y), image.width * image.channels, out);
    for (std::int64_t x = 0; image.channels == 3 && x < image.width; ++x)
      std::swap(out[3 * x], out[3 * x + 2]);
  }
  return pixels;
}

std::string encode(const Image& image, const char* ending, const char* format,
                   const std::vector<int>& settings) {
  check_image(image);
  std::vector<std::uint8_t> bytes;
  try {
    cv::imencode(ending, to_opencv(image), bytes, settings);
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem)
      throw std::bad_alloc();
    throw InputError(fmt::format("cannot encode as {}: {}", format, error.err));
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string encode_png(const Image& image) {
  return encode(image, ".png", "PNG", {});
}

std::string encode_jpeg(const Image& image, int quality) {
  FOVEA_CHECK(quality >= 1 && quality <= 100, "a JPEG's quality is 1 to 100, found {}", quality);
  return encode(image, ".jpg", "JPEG", {cv::IMWRITE_JPEG_QUALITY, quality});
}

}  // namespace fovea
