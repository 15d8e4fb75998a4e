#include "image/decode.hpp"

#include "base/check.hpp"
#include "image/cmyk.hpp"
#include "image/jpeg_errors.hpp"

#include <cstdio>

namespace fovea {
namespace {

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
    leave_jpeg(jpeg);
  }
}

/// A progressive JPEG may have any number of scans, and each of a few bytes takes as long to decode as a
/// whole picture. Encoders write about ten.
constexpr int kMaxScans = 100;
/// And so many pixels in all scans together.
constexpr std::int64_t kMaxScannedPixels = 5'000'000'000;

void limit_scans(j_common_ptr jpeg) {
  auto* decompress = reinterpret_cast<j_decompress_ptr>(jpeg);
  const std::int64_t scans = decompress->input_scan_number;
  const std::int64_t pixels = std::int64_t{decompress->image_width} * decompress->image_height;
  if (scans > 1 && (scans > kMaxScans || scans * pixels > kMaxScannedPixels)) {
    auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
    std::snprintf(errors->message, sizeof errors->message, "more than %d scans", static_cast<int>(scans - 1));
    std::longjmp(errors->escape, 1);
  }
}

/// Everything between setjmp and the end; holds no object with a destructor. `row` has room for width * 4
/// bytes.
bool decode(jpeg_decompress_struct* jpeg, JpegErrors* errors, jpeg_progress_mgr* progress,
            std::string_view bytes, Image* image, std::uint8_t* row) {
  if (setjmp(errors->escape))
    return false;
  jpeg_create_decompress(jpeg);
  progress->progress_monitor = limit_scans;
  jpeg->progress = progress;
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
    if (cmyk)  // 255 is no ink, as in Adobe's files: those without Adobe's marker are taken for such, too
      for (JDIMENSION x = 0; x < jpeg->output_width; ++x, out += 3) {
        for (int c = 0; c < 4; ++c)
          row[4 * x + c] ^= 255;
        cmyk_to_rgb(row + 4 * x, out);
      }
  }
  jpeg_finish_decompress(jpeg);
  return true;
}

}  // namespace

Image decode_jpeg(std::string_view bytes, const Probe& probe) {
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(4 * image.width));
  jpeg_decompress_struct jpeg = {};
  JpegErrors errors = {};
  jpeg_progress_mgr progress = {};
  jpeg.err = init_jpeg_errors(&errors);
  errors.base.emit_message = on_message;
  const bool done = decode(&jpeg, &errors, &progress, bytes, &image, row.data());
  jpeg_destroy_decompress(&jpeg);
  FOVEA_CHECK(done, "the JPEG cannot be decoded: it is cut short or damaged ({})", errors.message);
  return image;
}

}  // namespace fovea
