#include "base/check.hpp"
#include "image/render.hpp"
#include "image/text.hpp"

#include <cmath>

namespace fovea {
namespace {

constexpr double kMaxSide = 32767;  // of Cairo's pictures

Image to_image(cairo_surface_t* surface, std::int64_t width, std::int64_t height) {
  const CairoLibrary& c = cairo();
  c.cairo_surface_flush(surface);
  const std::uint8_t* data = c.cairo_image_surface_get_data(surface);
  const int stride = c.cairo_image_surface_get_stride(surface);
  Image image = Image::blank(width, height, 3, 255);
  for (std::int64_t y = 0; y < height; ++y) {
    const auto* in = reinterpret_cast<const std::uint32_t*>(data + y * stride);
    std::uint8_t* out = image.at(0, y);
    for (std::int64_t x = 0; x < width; ++x) {
      *out++ = static_cast<std::uint8_t>(in[x] >> 16);
      *out++ = static_cast<std::uint8_t>(in[x] >> 8);
      *out++ = static_cast<std::uint8_t>(in[x]);
    }
  }
  return image;
}

}  // namespace

Image paint(const Drawing& drawing, double dpi) {
  const PreparedDrawing prepared(drawing, dpi, true);
  const double scale = dpi / kUnitsPerInch;
  const double width = std::ceil(drawing.width * scale), height = std::ceil(drawing.height * scale);
  FOVEA_CHECK(width <= kMaxSide && height <= kMaxSide,
              "a drawing of {:g} x {:g} pixels at {:g} dpi: at most {:g} a side are possible", width, height,
              dpi, kMaxSide);
  const CairoLibrary& c = cairo();
  const CairoPointer<cairo_surface_t> surface(
      c.cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)));
  check_cairo(c.cairo_surface_status(surface.get()));
  {
    const CairoPointer<cairo_t> context(c.cairo_create(surface.get()));
    const auto lock = lock_drawing();
    c.cairo_scale(context.get(), scale, scale);
    prepared.render(context.get());
  }
  return to_image(surface.get(), static_cast<std::int64_t>(width), static_cast<std::int64_t>(height));
}

}  // namespace fovea
