#include "image/decode.hpp"

#include "base/check.hpp"

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include <mutex>

namespace fovea {
namespace {

/// No line of OpenCV's log while it lives. The level is one for the whole process, hence the lock.
class Silence {
public:
  Silence() : level_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {}
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() { cv::utils::logging::setLogLevel(level_); }

private:
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  std::lock_guard<std::mutex> lock_{mutex()};
  cv::utils::logging::LogLevel level_;
};

cv::Mat decode(std::string_view bytes) {
  const Silence silence;
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  try {
    return cv::imdecode(buffer, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception&) {
    return {};
  }
}

}  // namespace

Image decode_other(std::string_view bytes, const Probe& probe) {
  const cv::Mat bgr = decode(bytes);
  const auto format = name_of(probe.format);
  FOVEA_CHECK(!bgr.empty(), "the {} cannot be decoded: it is cut short, damaged or of an unsupported kind",
              format);
  FOVEA_CHECK(bgr.depth() == CV_8U || bgr.depth() == CV_16U,
              "a {} of floating-point samples is not supported", format);
  FOVEA_CHECK(bgr.channels() == 3 && bgr.cols == probe.width && bgr.rows == probe.height,
              "the {} is damaged: its header and its picture differ in size", format);
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  for (int y = 0; y < bgr.rows; ++y) {
    std::uint8_t* out = image.at(0, y);
    for (int x = 0; x < bgr.cols; ++x, out += 3)
      for (int c = 0; c < 3; ++c)
        out[c] = bgr.depth() == CV_8U ? bgr.at<cv::Vec3b>(y, x)[2 - c]
                                      : static_cast<std::uint8_t>(bgr.at<cv::Vec3w>(y, x)[2 - c] >> 8);
  }
  return image;
}

}  // namespace fovea
