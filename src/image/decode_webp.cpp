#include "image/decode.hpp"

#include "base/check.hpp"

#include <new>

#include <webp/decode.h>

namespace fovea {
namespace {

const char* reason_of(VP8StatusCode status) {
  switch (status) {
  case VP8_STATUS_SUSPENDED:
  case VP8_STATUS_NOT_ENOUGH_DATA:
    return "it is cut short";
  case VP8_STATUS_UNSUPPORTED_FEATURE:
    return "it is of an unsupported kind";
  default:
    return "it is damaged";
  }
}

void check_status(VP8StatusCode status) {
  if (status == VP8_STATUS_OUT_OF_MEMORY)
    throw std::bad_alloc();
  FOVEA_CHECK(status == VP8_STATUS_OK, "the WebP cannot be decoded: {}", reason_of(status));
}

}  // namespace

Image decode_webp(std::string_view bytes, const Probe& probe) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPDecoderConfig config;
  FOVEA_CHECK(WebPInitDecoderConfig(&config),
              "the WebP cannot be decoded: another version of libwebp is loaded");
  check_status(WebPGetFeatures(data, bytes.size(), &config.input));
  FOVEA_CHECK(config.input.width == probe.width && config.input.height == probe.height,
              "the WebP is damaged: its header and its picture differ");
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  config.output.colorspace = MODE_RGB;  // leaves alpha out
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data();
  config.output.u.RGBA.stride = static_cast<int>(3 * image.width);
  config.output.u.RGBA.size = image.pixels.size();
  const VP8StatusCode status = WebPDecode(data, bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  check_status(status);
  return image;
}

}  // namespace fovea
