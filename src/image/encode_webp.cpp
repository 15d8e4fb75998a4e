#include "base/check.hpp"
#include "fovea/image.hpp"
#include "image/pixels.hpp"

#include <memory>
#include <new>

#include <webp/encode.h>

namespace fovea {
namespace {

/// libwebp's method, 0 to 6, and for lossless files its quality, 0 to 100, which is effort, too. More makes
/// maps and photos smaller by a few per cent in twice the time.
constexpr int kLosslessMethod = 1, kLosslessEffort = 25, kLossyMethod = 2;

struct FreePicture {
  void operator()(WebPPicture* picture) const {
    WebPPictureFree(picture);
    delete picture;
  }
};

int append(const std::uint8_t* data, std::size_t size, const WebPPicture* picture) {
  try {
    static_cast<std::string*>(picture->custom_ptr)->append(reinterpret_cast<const char*>(data), size);
  } catch (const std::bad_alloc&) {
    return 0;  // no exception may pass through the library
  }
  return 1;
}

/// The samples as red, green, blue.
std::vector<std::uint8_t> rgb_of(const Image& image) {
  if (image.channels == 3)
    return image.pixels;
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * image.pixels.size());
  for (const std::uint8_t grey : image.pixels)
    rgb.insert(rgb.end(), 3, grey);
  return rgb;
}

WebPConfig config_for(const std::optional<int>& quality) {
  WebPConfig config;
  FOVEA_CHECK(WebPConfigInit(&config), "cannot encode as WebP: another version of libwebp is loaded");
  config.lossless = quality ? 0 : 1;
  config.quality = static_cast<float>(quality.value_or(kLosslessEffort));
  config.method = quality ? kLossyMethod : kLosslessMethod;
  return config;
}

}  // namespace

std::string encode_webp(const Image& image, std::optional<int> quality) {
  check_image(image);
  FOVEA_CHECK(!quality || (*quality >= 0 && *quality <= 100), "a WebP's quality is 0 to 100, found {}",
              *quality);
  FOVEA_CHECK(image.width <= WEBP_MAX_DIMENSION && image.height <= WEBP_MAX_DIMENSION,
              "a picture of {}x{} is too large for a WebP: at most {} pixels a side", image.width,
              image.height, WEBP_MAX_DIMENSION);
  const WebPConfig config = config_for(quality);
  const std::unique_ptr<WebPPicture, FreePicture> picture(new WebPPicture{});
  FOVEA_CHECK(WebPPictureInit(picture.get()), "cannot encode as WebP: another version of libwebp is loaded");
  picture->use_argb = quality ? 0 : 1;
  picture->width = static_cast<int>(image.width);
  picture->height = static_cast<int>(image.height);
  if (!WebPPictureImportRGB(picture.get(), rgb_of(image).data(), static_cast<int>(3 * image.width)))
    throw std::bad_alloc();
  std::string bytes;
  picture->writer = append;
  picture->custom_ptr = &bytes;
  if (!WebPEncode(&config, picture.get())) {
    const WebPEncodingError error = picture->error_code;
    if (error == VP8_ENC_ERROR_OUT_OF_MEMORY || error == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY ||
        error == VP8_ENC_ERROR_BAD_WRITE)
      throw std::bad_alloc();
    FOVEA_CHECK(false, "cannot encode as WebP: error {} of libwebp", static_cast<int>(error));
  }
  return bytes;
}

}  // namespace fovea
