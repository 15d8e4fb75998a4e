#include "base/check.hpp"
#include "c_api/guard.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "fovea/decode_image.hpp"

#include <algorithm>

struct fovea_image {
  fovea::Image image;
};

namespace fovea::c_api {

Image to_image(const fovea_pixels& pixels) {
  not_null(pixels.data, "picture.data");
  const std::int64_t height = pixels.height, width = pixels.width, channels = pixels.channels;
  if (height < 1 || width < 1 || (channels != 1 && channels != 3))
    throw UsageError(
        fmt::format("a picture of {}x{} pixels and {} channels: expected at least 1x1 and 1 or 3", width,
                    height, channels));
  FOVEA_CHECK(width <= kMaxImagePixels / height, "a picture of {}x{} pixels is too large: at most {}", width,
              height, kMaxImagePixels);
  const std::int64_t stride = pixels.stride == 0 ? width * channels : pixels.stride;
  if (stride < width * channels)
    throw UsageError(fmt::format("picture.stride is {}, expected at least {}", stride, width * channels));
  FOVEA_CHECK(stride <= PTRDIFF_MAX / height,
              "picture.stride is {}: {} such rows are more than memory can hold", stride, height);
  Image image = Image::blank(width, height, 3, 0);
  for (std::int64_t y = 0; y < height; ++y) {
    const std::uint8_t* row = pixels.data + y * stride;
    std::uint8_t* out = image.at(0, y);
    if (channels == 3)
      std::copy_n(row, width * 3, out);
    else
      for (std::int64_t x = 0; x < width; ++x)
        std::fill_n(out + 3 * x, 3, row[x]);
  }
  return image;
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_image_read(const char* path, fovea_image** image) {
  return guarded([&] {
    fovea_image*& out = not_null(image, "image");
    out = new fovea_image{fovea::read_image(&not_null(path, "path"))};
  });
}

fovea_status fovea_image_decode(const void* bytes, size_t size, const char* name, fovea_image** image) {
  return guarded([&] {
    const auto& first = not_null(static_cast<const char*>(bytes), "bytes");
    fovea_image*& out = not_null(image, "image");
    out = new fovea_image{fovea::decode_image({&first, size}, &not_null(name, "name"))};
  });
}

fovea_status fovea_image_pixels(const fovea_image* image, fovea_pixels* pixels) {
  return guarded([&] {
    const fovea::Image& from = not_null(image, "image").image;
    not_null(pixels, "pixels") = {from.pixels.data(), from.height, from.width, from.channels,
                                  from.width * from.channels};
  });
}

void fovea_image_free(fovea_image* image) {
  delete image;
}

fovea_status fovea_write_png(const char* path, const fovea_pixels* picture) {
  return guarded([&] { fovea::write_png(&not_null(path, "path"), to_image(not_null(picture, "picture"))); });
}

fovea_status fovea_encode(const fovea_pixels* picture, const char* format, int32_t quality,
                          fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea::Image image = to_image(not_null(picture, "picture"));
    const std::string name = &not_null(format, "format");
    FOVEA_CHECK(name == "png" || name == "jpeg", "unknown format '{}': expected png or jpeg", name);
    constexpr int usual_quality = 90;
    const std::string bytes = name == "png"
                                  ? fovea::encode_png(image)
                                  : fovea::encode_jpeg(image, quality == 0 ? usual_quality : quality);
    out.add("bytes", {static_cast<std::int64_t>(bytes.size())},
            std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  });
}
