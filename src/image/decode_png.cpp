#include "image/decode.hpp"

#include "base/check.hpp"

#include <cstring>

#include <png.h>

namespace fovea {
namespace {

/// The state that the C callbacks share. Trivial, since libpng leaves functions by longjmp.
struct Source {
  const char* next = nullptr;
  std::size_t left = 0;
  char error[160] = {};
};

void on_error(png_structp png, png_const_charp message) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->error, message, sizeof source->error - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep destination, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->left)
    png_error(png, "the file is cut short");
  std::memcpy(destination, source->next, count);
  source->next += count;
  source->left -= count;
}

/// Everything between setjmp and the end; holds no object with a destructor.
bool decode(png_structp png, png_infop info, Source* source, std::uint8_t* pixels, std::size_t stride) {
  if (setjmp(png_jmpbuf(png)))
    return false;
  png_set_read_fn(png, source, read_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(png, info);
  png_set_strip_16(png);
  png_set_palette_to_rgb(png);
  if (png_get_color_type(png, info) == PNG_COLOR_TYPE_GRAY)
    png_set_expand_gray_1_2_4_to_8(png);
  png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if (png_get_rowbytes(png, info) != stride)
    png_error(png, "unexpected layout of pixels");
  const png_uint_32 height = png_get_image_height(png, info);
  for (int pass = 0; pass < passes; ++pass)
    for (png_uint_32 y = 0; y < height; ++y)
      png_read_row(png, pixels + y * stride, nullptr);
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

Image decode_png(std::string_view bytes, const Probe& probe) {
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  Source source{bytes.data(), bytes.size(), {}};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
  if (!png)
    throw std::bad_alloc();
  png_infop info = png_create_info_struct(png);
  const bool done =
      info && decode(png, info, &source, image.pixels.data(), static_cast<std::size_t>(3 * image.width));
  png_destroy_read_struct(&png, &info, nullptr);
  FOVEA_CHECK(done, "the PNG cannot be decoded: {}", source.error);
  return image;
}

}  // namespace fovea
