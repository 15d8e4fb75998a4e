#include "base/atomic_file.hpp"
#include "base/read_file.hpp"
#include "fovea/encode.hpp"
#include "image/decode.hpp"
#include "image/orient.hpp"
#include "image/pixels.hpp"
#include "image/pnm.hpp"

#include <cstdint>

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
  write_file_atomically(path, encode_png(image));
}

}  // namespace fovea
