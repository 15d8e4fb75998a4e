#include "image/decode.hpp"

#include "base/check.hpp"

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include <iostream>
#include <mutex>
#include <new>
#include <streambuf>

namespace fovea {
namespace {

/// Takes everything and shows nothing.
class Sink : public std::streambuf {
protected:
  int_type overflow(int_type c) override { return traits_type::not_eof(c); }
};

/// OpenCV says nothing while it lives. imdecode reports a damaged file by its log and by std::cerr, whatever
/// the level of the log; both are one for the whole process, hence the lock. The sink is never destroyed, so
/// that another thread's message to std::cerr is at worst not shown.
class Silence {
public:
  Silence() : level_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)) {
    static auto* sink = new Sink;
    cerr_ = std::cerr.rdbuf(sink);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    std::cerr.rdbuf(cerr_);
    cv::utils::logging::setLogLevel(level_);
  }

private:
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  std::lock_guard<std::mutex> lock_{mutex()};
  cv::utils::logging::LogLevel level_;
  std::streambuf* cerr_;
};

cv::Mat decode(std::string_view bytes) {
  const Silence silence;
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  try {
    return cv::imdecode(buffer, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem)
      throw std::bad_alloc();
    return {};
  }
}

}  // namespace

Image decode_other(std::string_view bytes, const Probe& probe) {
  const cv::Mat bgr = decode(bytes);
  const auto format = name_of(probe.format);
  FOVEA_CHECK(!bgr.empty(), "the {} cannot be decoded: it is cut short, damaged or of an unsupported kind",
              format);
  FOVEA_CHECK(bgr.type() == CV_8UC3 && bgr.cols == probe.width && bgr.rows == probe.height,
              "the {} is damaged: its header and its picture differ", format);
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  for (int y = 0; y < bgr.rows; ++y) {
    std::uint8_t* out = image.at(0, y);
    for (int x = 0; x < bgr.cols; ++x, out += 3)
      for (int c = 0; c < 3; ++c)
        out[c] = bgr.at<cv::Vec3b>(y, x)[2 - c];
  }
  return image;
}

std::string opencv_version() {
  return cv::getVersionString();
}

}  // namespace fovea
