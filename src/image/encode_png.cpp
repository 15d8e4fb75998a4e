#include "fovea/image.hpp"
#include "image/pixels.hpp"

#include <cstring>
#include <new>
#include <utility>

#include <png.h>
#include <zlib.h>

namespace fovea {
namespace {

/// The state that the C callbacks share.
struct Target {
  std::string bytes;
  bool out_of_memory = false;
  char error[160] = {};
};

void on_error(png_structp png, png_const_charp message) {
  auto* target = static_cast<Target*>(png_get_error_ptr(png));
  std::strncpy(target->error, message, sizeof target->error - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void append(Target& target, png_const_bytep bytes, std::size_t count) noexcept {
  try {
    target.bytes.append(reinterpret_cast<const char*>(bytes), count);
  } catch (const std::bad_alloc&) {
    target.out_of_memory = true;
  }
}

void write_bytes(png_structp png, png_bytep bytes, std::size_t count) {
  auto* target = static_cast<Target*>(png_get_io_ptr(png));
  append(*target, bytes, count);
  if (target->out_of_memory)
    png_error(png, "out of memory");
}

void flush(png_structp) {}

/// Everything between setjmp and the end; holds no object with a destructor.
bool encode(png_structp png, png_infop info, Target* target, const Image& image) {
  if (setjmp(png_jmpbuf(png)))
    return false;
  png_set_write_fn(png, target, write_bytes, flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Speed before size: maps are written by the hundred.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_compression_level(png, Z_BEST_SPEED);
  png_set_compression_strategy(png, Z_RLE);
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
               image.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (std::int64_t y = 0; y < image.height; ++y)
    png_write_row(png, image.at(0, y));
  png_write_end(png, info);
  return true;
}

}  // namespace

std::string encode_png(const Image& image) {
  check_image(image);
  Target target;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &target, on_error, on_warning);
  if (!png)
    throw std::bad_alloc();
  png_infop info = png_create_info_struct(png);
  const bool out_of_memory = !info;
  const bool done = info && encode(png, info, &target, image);
  png_destroy_write_struct(&png, &info);
  if (out_of_memory || target.out_of_memory)
    throw std::bad_alloc();
  FOVEA_CHECK(done, "cannot encode as PNG: {}", target.error);
  return std::move(target.bytes);
}

}  // namespace fovea
