#include "base/atomic_file.hpp"
#include "base/read_file.hpp"
#include "base/work_counts.hpp"
#include "fovea/decode_image.hpp"
#include "fovea/image.hpp"
#include "image/bmp.hpp"
#include "image/decode.hpp"
#include "image/orient.hpp"
#include "image/pixels.hpp"
#include "image/pnm.hpp"

#include <cstdint>

namespace fovea {
namespace {

/// A picture of kMaxImagePixels takes less.
constexpr std::size_t kMaxFileBytes = INT32_MAX;

Image decode(std::string_view bytes) {
  ++work_counts().decoded_pictures;
  const Probe probe = probe_image(bytes);
  switch (probe.format) {
  case ImageFormat::Png:
    return orient(decode_png(bytes, probe), probe.orientation);
  case ImageFormat::Jpeg:
    return orient(decode_jpeg(bytes, probe), probe.orientation);
  case ImageFormat::Pnm:
    return decode_pnm(bytes, probe);
  case ImageFormat::Tiff:
    return orient(decode_tiff(bytes, probe), probe.orientation);
  case ImageFormat::WebP:
    return orient(decode_webp(bytes, probe), probe.orientation);
  case ImageFormat::Bmp:
    return decode_bmp(bytes, probe);
  }
  FOVEA_ASSERT(!"unknown picture format");
}

void check_beginning(std::string_view bytes, std::size_t) {
  (void)format_of(bytes);
}

/// What the function gives; its errors name the file.
template <class F>
auto named(const std::string& name, F&& give) {
  try {
    return give();
  } catch (const InputError& error) {
    if (!error.path().empty())
      throw;
    throw InputError(error.what(), name);
  }
}

}  // namespace

Image read_image(const std::string& path) {
  return named(path, [&] { return decode(read_file(path, kMaxFileBytes, check_beginning)); });
}

Image decode_image(std::string_view bytes, const std::string& name) {
  return named(name, [&] {
    check_beginning(bytes, bytes.size());
    return decode(bytes);
  });
}

int read_orientation(const std::string& path) {
  return named(path,
               [&] { return probe_image(read_file(path, kMaxFileBytes, check_beginning)).orientation; });
}

int decode_orientation(std::string_view bytes, const std::string& name) {
  return named(name, [&] { return probe_image(bytes).orientation; });
}

Image turn_upright(Image stored, int orientation) {
  FOVEA_CHECK(orientation >= 1 && orientation <= 8, "an EXIF orientation is 1 to 8, found {}", orientation);
  check_image(stored);
  return orient(std::move(stored), orientation);
}

void write_png(const std::string& path, const Image& image) {
  write_file_atomically(path, encode_png(image));
}

}  // namespace fovea
