#include "image/encode_png.hpp"

#include "image/palette.hpp"
#include "image/pixels.hpp"

#include <libdeflate.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

namespace fovea {
namespace {

/// The fastest level of libdeflate. Maps are mostly noise, which higher levels make smaller by a few per cent
/// in twice the time.
constexpr int kCompressionLevel = 1;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

/// One for each thread: its tables take longer to allocate than a small picture takes to compress.
libdeflate_compressor* compressor() {
  thread_local std::unique_ptr<libdeflate_compressor, FreeCompressor> mine;
  if (!mine)
    mine.reset(libdeflate_alloc_compressor(kCompressionLevel));
  if (!mine)
    throw std::bad_alloc();
  return mine.get();
}

/// Big-endian, as all numbers of a PNG file are.
void write_number(char* destination, std::size_t number) {
  for (int i = 0; i < 4; ++i)
    destination[i] = static_cast<char>(number >> (24 - 8 * i) & 255);
}

/// Length, type, data, and the checksum of type and data.
void append_chunk(std::string& file, std::string_view type, std::string_view data) {
  const std::size_t begin = file.size();
  file.resize(begin + 4);
  write_number(&file[begin], data.size());
  file += type;
  file += data;
  const std::uint32_t checksum = libdeflate_crc32(0, &file[begin + 4], file.size() - begin - 4);
  file.resize(file.size() + 4);
  write_number(&file[file.size() - 4], checksum);
}

/// The rows of interleaved samples, each behind the number of its filter, Sub: every sample less the one of
/// the pixel to its left.
std::vector<std::uint8_t> filtered_rows(const std::uint8_t* samples, std::int64_t width, std::int64_t height,
                                        std::int64_t channels) {
  constexpr std::uint8_t kSub = 1;
  const auto bytes = static_cast<std::size_t>(width * channels);
  const auto pixel = static_cast<std::size_t>(channels);
  std::vector<std::uint8_t> rows((bytes + 1) * static_cast<std::size_t>(height));
  std::uint8_t* out = rows.data();
  for (std::int64_t y = 0; y < height; ++y, out += bytes) {
    const std::uint8_t* in = samples + static_cast<std::size_t>(y) * bytes;
    *out++ = kSub;
    std::memcpy(out, in, pixel);
    for (std::size_t i = pixel; i < bytes; ++i)
      out[i] = static_cast<std::uint8_t>(in[i] - in[i - pixel]);
  }
  return rows;
}

/// What the chunk IDAT holds.
std::string compressed(const std::uint8_t* samples, std::int64_t width, std::int64_t height,
                       std::int64_t channels) {
  const std::vector<std::uint8_t> rows = filtered_rows(samples, width, height, channels);
  std::string data(libdeflate_zlib_compress_bound(compressor(), rows.size()), '\0');
  data.resize(libdeflate_zlib_compress(compressor(), rows.data(), rows.size(), data.data(), data.size()));
  FOVEA_ASSERT(!data.empty());
  return data;
}

std::string compressed(const Image& image) {
  return compressed(image.pixels.data(), image.width, image.height, image.channels);
}

/// The numbers of PNG's specification.
enum class ColourType : char { Grey = 0, Rgb = 2, Indexed = 3, RgbWithAlpha = 6 };

ColourType type_of(const Image& image) {
  return image.channels == 3 ? ColourType::Rgb : ColourType::Grey;
}

std::string file_of(std::int64_t width, std::int64_t height, ColourType type, std::string_view colours,
                    std::string_view data, std::string_view resolution = {}) {
  std::string header(13,
                     '\0');  // no interlacing, and the only kinds of compression and filters that there are
  write_number(&header[0], static_cast<std::size_t>(width));
  write_number(&header[4], static_cast<std::size_t>(height));
  header[8] = 8;  // bits of a sample
  header[9] = static_cast<char>(type);
  std::string file;
  file.reserve(data.size() + colours.size() + 100);
  file += "\x89PNG\r\n\x1a\n";
  append_chunk(file, "IHDR", header);
  append_chunk(file, "tEXt", std::string_view("Software\0fovea", 14));
  if (!resolution.empty())
    append_chunk(file, "pHYs", resolution);
  if (!colours.empty())
    append_chunk(file, "PLTE", colours);
  append_chunk(file, "IDAT", data);
  append_chunk(file, "IEND", {});
  return file;
}

}  // namespace

std::string encode_png(const Image& image) {
  check_image(image);
  return file_of(image.width, image.height, type_of(image), {}, compressed(image));
}

std::string encode_png_of_dpi(const Image& image, double dpi) {
  check_image(image);
  constexpr double inches_per_metre = 1 / 0.0254;
  const auto pixels_per_metre = static_cast<std::size_t>(std::llround(dpi * inches_per_metre));
  std::string resolution(9, '\1');  // the last byte: of a metre
  write_number(&resolution[0], pixels_per_metre);
  write_number(&resolution[4], pixels_per_metre);
  return file_of(image.width, image.height, type_of(image), {}, compressed(image), resolution);
}

std::string encode_png_with_alpha(const Image& rgb, std::span<const std::uint8_t> alpha) {
  check_image(rgb);
  FOVEA_CHECK(rgb.channels == 3, "transparency needs a picture in colour, found {} channels", rgb.channels);
  FOVEA_CHECK(3 * alpha.size() == rgb.pixels.size(), "{} values of transparency for {} x {} pixels",
              alpha.size(), rgb.width, rgb.height);
  std::vector<std::uint8_t> samples(4 * alpha.size());
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    std::memcpy(&samples[4 * i], &rgb.pixels[3 * i], 3);
    samples[4 * i + 3] = alpha[i];
  }
  return file_of(rgb.width, rgb.height, ColourType::RgbWithAlpha, {},
                 compressed(samples.data(), rgb.width, rgb.height, 4));
}

PngOfLevels::PngOfLevels(const Image& grey) : width_(grey.width), height_(grey.height) {
  check_image(grey);
  FOVEA_CHECK(grey.channels == 1, "levels are a grey picture, found {} channels", grey.channels);
  data_ = compressed(grey);
}

std::string PngOfLevels::grey() const {
  return file_of(width_, height_, ColourType::Grey, {}, data_);
}

std::string PngOfLevels::coloured(std::string_view colormap) const {
  std::string colours;
  for (const Colour& colour : palette(colormap))
    colours.append(colour.begin(), colour.end());
  return file_of(width_, height_, ColourType::Indexed, colours, data_);
}

}  // namespace fovea
