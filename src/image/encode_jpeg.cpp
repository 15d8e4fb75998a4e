#include "fovea/image.hpp"
#include "image/jpeg_errors.hpp"
#include "image/pixels.hpp"

#include <cstdlib>
#include <memory>
#include <new>

namespace fovea {
namespace {

/// A buffer that libjpeg allocates and enlarges.
struct Target {
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
};

/// Everything between setjmp and the end; holds no object with a destructor.
bool encode(jpeg_compress_struct* jpeg, JpegErrors* errors, const Image& image, int quality, Target* target) {
  if (setjmp(errors->escape))
    return false;
  jpeg_create_compress(jpeg);
  jpeg_mem_dest(jpeg, &target->bytes, &target->size);
  jpeg->image_width = static_cast<JDIMENSION>(image.width);
  jpeg->image_height = static_cast<JDIMENSION>(image.height);
  jpeg->input_components = static_cast<int>(image.channels);
  jpeg->in_color_space = image.channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg_start_compress(jpeg, TRUE);
  constexpr JOCTET software[] = {'f', 'o', 'v', 'e', 'a'};
  jpeg_write_marker(jpeg, JPEG_COM, software, sizeof(software));
  while (jpeg->next_scanline < jpeg->image_height) {
    // libjpeg only reads the row, though its interface does not say so.
    auto* row = const_cast<JSAMPLE*>(image.at(0, jpeg->next_scanline));
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
  return true;
}

}  // namespace

std::string encode_jpeg(const Image& image, int quality) {
  FOVEA_CHECK(quality >= 1 && quality <= 100, "a JPEG's quality is 1 to 100, found {}", quality);
  check_image(image);
  jpeg_compress_struct jpeg = {};
  JpegErrors errors = {};
  jpeg.err = init_jpeg_errors(&errors);
  Target target;
  const bool done = encode(&jpeg, &errors, image, quality, &target);
  jpeg_destroy_compress(&jpeg);
  const std::unique_ptr<unsigned char, void (*)(void*)> owner(target.bytes, std::free);
  if (!done && errors.base.msg_code == JERR_OUT_OF_MEMORY)
    throw std::bad_alloc();
  FOVEA_CHECK(done, "cannot encode as JPEG: {}", errors.message);
  return {reinterpret_cast<const char*>(target.bytes), target.size};
}

}  // namespace fovea
