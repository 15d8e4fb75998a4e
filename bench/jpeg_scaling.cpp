// What libjpeg's scaling while decoding would save, and what it would change of the pixels that a network
// sees:
//
//     jpeg_scaling PHOTO.jpg... [--short-side S]
//
// For each scale, the fastest of five decodings and resizings to that short side (256), and how far the
// resized pixels are from those of the photo decoded in full.
#include "rounds.hpp"

#include "base/read_file.hpp"
#include "fovea/image.hpp"
#include "image/jpeg_errors.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

namespace {

using namespace fovea;

/// The photo at eighths / 8 of its size; nothing where it cannot be decoded.
bool decode(const std::string& bytes, unsigned eighths, Image& image) {
  jpeg_decompress_struct jpeg = {};
  JpegErrors errors = {};
  jpeg.err = init_jpeg_errors(&errors);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.scale_num = eighths;
  jpeg.scale_denom = 8;
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  image = Image::blank(jpeg.output_width, jpeg.output_height, 3, 0);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = image.at(0, jpeg.output_scanline);
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return true;
}

void compare(const std::string& path, std::int64_t short_side) {
  const std::string bytes = read_file(path, INT32_MAX);
  Image full;
  std::int64_t width = 0, height = 0;
  for (const unsigned eighths : {8U, 4U, 2U, 1U}) {
    double decoding = 1e9, resizing = 1e9;
    Image photo, resized;
    for (int i = 0; i < 5; ++i) {
      bool done = false;
      decoding = std::min(decoding, bench::seconds_of([&] { done = decode(bytes, eighths, photo); }));
      if (!done) {
        fmt::print("{}: cannot be decoded\n", path);
        return;
      }
      if (eighths < 8 && std::min(photo.width, photo.height) < short_side)
        return;  // smaller than what the network sees
      resizing = std::min(resizing, bench::seconds_of([&] {
                            resized = width > 0 ? resize(photo, width, height)
                                                : resize_short_side(photo, short_side);
                          }));
    }
    if (eighths == 8) {
      full = resized;
      width = full.width, height = full.height;
      fmt::print("{}: {} x {}\n", path, photo.width, photo.height);
    }
    int largest = 0;
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < full.pixels.size(); ++i) {
      const int difference = std::abs(full.pixels[i] - resized.pixels[i]);
      largest = std::max(largest, difference);
      beyond += difference > 1 ? 1 : 0;
    }
    fmt::print(
        "  {}/8: decode {:6.1f} ms, resize {:5.1f} ms; differs by {} of 255 at most, by more than 1 at "
        "{:.2f} % of the samples\n",
        eighths, 1e3 * decoding, 1e3 * resizing, largest,
        100.0 * static_cast<double>(beyond) / static_cast<double>(full.pixels.size()));
  }
}

}  // namespace

int main(int argc, char** argv) try {
  std::int64_t short_side = 256;
  std::vector<std::string> photos;
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]) == "--short-side" && i + 1 < argc)
      short_side = std::atoll(argv[++i]);
    else
      photos.emplace_back(argv[i]);
  if (photos.empty()) {
    fmt::print(stderr, "usage: jpeg_scaling PHOTO.jpg... [--short-side S]\n");
    return 2;
  }
  for (const std::string& photo : photos)
    compare(photo, short_side);
} catch (const std::exception& error) {
  fmt::print(stderr, "jpeg_scaling: {}\n", error.what());
  return 1;
}
