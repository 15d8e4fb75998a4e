#include "image/decode.hpp"

#include "base/check.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <new>

// jpeglib.h needs size_t and FILE before it.
#include <jerror.h>
#include <jpeglib.h>

namespace fovea {
namespace {

/// libjpeg's error manager with a way out. Trivial, since functions are left by longjmp.
struct Errors {
  jpeg_error_mgr base;  // first: libjpeg's pointer to it is a pointer to this
  std::jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
};

void fail(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<Errors*>(jpeg->err);
  (*jpeg->err->format_message)(jpeg, errors->message);
  std::longjmp(errors->escape, 1);
}

/// Most "warnings" mean that pixels are lost or made up, and are failures here; some are harmless.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0)
    return;
  switch (jpeg->err->msg_code) {
  case JWRN_ADOBE_XFORM:
  case JWRN_BOGUS_PROGRESSION:
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_JFIF_MAJOR:
  case JWRN_TOO_MUCH_DATA:
    return;
  default:
    fail(jpeg);
  }
}

void discard(j_common_ptr) {}

/// Cyan, magenta, yellow and black, 255 being full ink, as Pillow shows them.
void cmyk_to_rgb(const std::uint8_t* cmyk, bool inverted, std::size_t pixels, std::uint8_t* rgb) {
  const std::uint32_t flip = inverted ? 255 : 0;
  for (std::size_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const std::uint32_t light = 255 - (cmyk[3] ^ flip);
    for (int c = 0; c < 3; ++c) {
      // ink * light / 255, rounded
      const std::uint32_t product = (cmyk[c] ^ flip) * light + 128;
      rgb[c] = static_cast<std::uint8_t>(light - ((product + (product >> 8)) >> 8));
    }
  }
}

/// Everything between setjmp and the end; holds no object with a destructor. `row` has room for width * 4
/// bytes.
bool decode(jpeg_decompress_struct* jpeg, Errors* errors, std::string_view bytes, Image* image,
            std::uint8_t* row) {
  if (setjmp(errors->escape))
    return false;
  jpeg_create_decompress(jpeg);
  jpeg_mem_src(jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(jpeg, TRUE);
  const bool cmyk = jpeg->num_components == 4;
  jpeg->out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(jpeg);
  if (jpeg->output_width != image->width || jpeg->output_height != image->height)
    ERREXIT(jpeg, JERR_BAD_STATE);
  while (jpeg->output_scanline < jpeg->output_height) {
    std::uint8_t* out = image->at(0, jpeg->output_scanline);
    std::uint8_t* target = cmyk ? row : out;
    jpeg_read_scanlines(jpeg, &target, 1);
    if (cmyk)  // Adobe's files hold 255 for no ink
      cmyk_to_rgb(row, jpeg->saw_Adobe_marker, jpeg->output_width, out);
  }
  jpeg_finish_decompress(jpeg);
  return true;
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const Probe& probe) {
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(4 * image.width));
  jpeg_decompress_struct jpeg = {};
  Errors errors = {};
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = fail;
  errors.base.emit_message = on_message;
  errors.base.output_message = discard;
  const bool done = decode(&jpeg, &errors, bytes, &image, row.data());
  jpeg_destroy_decompress(&jpeg);
  FOVEA_CHECK(done, "the JPEG cannot be decoded: it is cut short or damaged ({})", errors.message);
  return image;
}

}  // namespace fovea
