#include "base/atomic_file.hpp"
#include "base/read_file.hpp"
#include "image/decode.hpp"
#include "image/orient.hpp"
#include "image/pixels.hpp"
#include "image/pnm.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>

namespace fovea {
namespace {

/// OpenCV and libjpeg count bytes in int.
constexpr std::size_t kMaxFileBytes = INT32_MAX;

Image decode(std::string_view bytes) {
  const Probe probe = probe_image(bytes);
  switch (probe.format) {
  case ImageFormat::Png:
    return orient(decode_png(bytes, probe), probe.orientation);
  case ImageFormat::Jpeg:
    return orient(decode_jpeg(bytes, probe), probe.orientation);
  case ImageFormat::Pnm:
    return decode_pnm(bytes, probe);
  case ImageFormat::Tiff:
    return decode_other(bytes, probe);
  default:
    return orient(decode_other(bytes, probe), probe.orientation);
  }
}

}  // namespace

Image read_image(const std::string& path) {
  const std::string bytes = read_file(path, kMaxFileBytes);
  try {
    return decode(bytes);
  } catch (const InputError& error) {
    throw InputError(error.what(), path);
  }
}

void write_png(const std::string& path, const Image& image) {
  check_image(image);
  std::vector<std::uint8_t> bytes;
  try {
    cv::Mat pixels(static_cast<int>(image.height), static_cast<int>(image.width),
                   image.channels == 3 ? CV_8UC3 : CV_8UC1);
    for (std::int64_t y = 0; y < image.height; ++y) {
      std::uint8_t* out = pixels.ptr(static_cast<int>(y));
      std::copy_n(image.at(0, y), image.width * image.channels, out);
      for (std::int64_t x = 0; image.channels == 3 && x < image.width; ++x)
        std::swap(out[3 * x], out[3 * x + 2]);
    }
    cv::imencode(".png", pixels, bytes);
  } catch (const cv::Exception& error) {
    throw OutputError("cannot encode as PNG: " + error.err, path);
  }
  write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace fovea
