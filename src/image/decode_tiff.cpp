#include "image/decode.hpp"

#include "base/check.hpp"
#include "image/cmyk.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <tiffio.h>

namespace fovea {
namespace {

/// The source that libtiff reads from, and its first error message.
struct Source {
  std::string_view bytes;
  std::uint64_t position = 0;
  std::string error;
};

tmsize_t read_bytes(thandle_t handle, void* destination, tmsize_t count) {
  auto* source = static_cast<Source*>(handle);
  const std::uint64_t left =
      source->bytes.size() - std::min<std::uint64_t>(source->position, source->bytes.size());
  const std::uint64_t taken =
      std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max<tmsize_t>(count, 0)));
  std::memcpy(destination, source->bytes.data() + (source->bytes.size() - left), taken);
  source->position += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto* source = static_cast<Source*>(handle);
  const std::uint64_t from = whence == SEEK_CUR   ? source->position
                             : whence == SEEK_END ? source->bytes.size()
                                                  : 0;
  return source->position = from + offset;
}

int close_nothing(thandle_t) {
  return 0;
}

toff_t size_of(thandle_t handle) {
  return static_cast<Source*>(handle)->bytes.size();
}

/// libtiff goes on after most errors and makes pixels up: the first one ends the picture.
int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto* source = static_cast<Source*>(user);
  char message[200] = {};
  std::vsnprintf(message, sizeof message, format, arguments);
  if (source->error.empty())
    source->error = message;
  return 1;
}

/// Warnings are about tags, which are irrelevant here, except for those of libjpeg about lost data and of the
/// fax decoders about missing lines.
int on_warning(TIFF* tiff, void* user, const char* module, const char* format, va_list arguments) {
  const bool lost = module && (std::string_view(module) == "JPEGLib" ||
                               (std::string_view(module).starts_with("Fax") &&
                                std::string_view(format).find("Premature EO") != std::string_view::npos));
  return lost ? on_error(tiff, user, module, format, arguments) : 1;
}

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

Tiff open(Source& source) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &source);
  // Without "m", which would have libtiff ask for a mapping.
  return {TIFFClientOpenExt("", "rm", &source, read_bytes, write_nothing, seek, close_nothing, size_of,
                            nullptr, nullptr, options.get()),
          TIFFClose};
}

/// The sample format according to the tags.
struct Layout {
  std::uint16_t bits = 1, samples = 1, photometric = 0, planar = PLANARCONFIG_CONTIG, compression = 1;
  std::uint16_t extra = 0;            ///< samples after the colours
  bool associated = false;            ///< the first of them is alpha that the colours are multiplied with
  std::vector<std::uint8_t> palette;  ///< red, green and blue of each index

  std::uint16_t colours() const { return static_cast<std::uint16_t>(samples - extra); }
};

Layout layout_of(TIFF* tiff) {
  Layout layout;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout.compression);
  std::uint16_t* kinds = nullptr;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &layout.extra, &kinds);
  layout.associated = layout.extra > 0 && kinds && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric))
    layout.photometric = layout.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  FOVEA_CHECK(layout.extra < layout.samples && layout.samples <= 32, "its samples do not fit together");
  // Files that do not declare what their further samples are.
  const int wanted = layout.photometric == PHOTOMETRIC_SEPARATED                                        ? 4
                     : layout.photometric == PHOTOMETRIC_RGB || layout.photometric == PHOTOMETRIC_YCBCR ? 3
                                                                                                        : 1;
  if (layout.colours() > wanted)
    layout.extra = static_cast<std::uint16_t>(layout.samples - wanted);
  std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (layout.photometric == PHOTOMETRIC_PALETTE) {
    FOVEA_CHECK(layout.bits <= 8 && TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue),
                "its palette is missing");
    for (std::size_t i = 0; i < std::size_t{1} << layout.bits; ++i)
      for (const std::uint16_t* channel : {red, green, blue})
        layout.palette.push_back(static_cast<std::uint8_t>(channel[i] >> 8));
  }
  return layout;
}

bool is_one_of(std::uint16_t value, std::initializer_list<std::uint16_t> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Whether the samples are read as they are; of all else libtiff makes RGB itself.
bool is_plain(const Layout& layout) {
  if (!is_one_of(layout.bits, {1, 2, 4, 8, 16}))
    return false;
  switch (layout.photometric) {
  case PHOTOMETRIC_MINISWHITE:
  case PHOTOMETRIC_MINISBLACK:
  case PHOTOMETRIC_PALETTE:
    return layout.colours() == 1;
  case PHOTOMETRIC_RGB:
    return layout.bits >= 8 && layout.colours() == 3;
  case PHOTOMETRIC_YCBCR:  // which libjpeg makes RGB
    return layout.compression == COMPRESSION_JPEG && layout.bits == 8 && layout.colours() == 3;
  case PHOTOMETRIC_SEPARATED:
    return layout.bits >= 8 && layout.colours() == 4;
  default:
    return false;
  }
}

/// Numbers out of rows of samples.
class Samples {
public:
  Samples(const Layout& layout, const std::uint8_t* row) : layout_(layout), row_(row) {}

  /// As it is stored; of 16 bits the upper half.
  std::uint8_t raw(std::size_t i) const {
    if (layout_.bits == 16) {
      std::uint16_t value = 0;
      std::memcpy(&value, row_ + 2 * i, 2);  // libtiff gives them in this machine's order
      return static_cast<std::uint8_t>(value >> 8);
    }
    if (layout_.bits == 8)
      return row_[i];
    const std::size_t in_byte = 8U / layout_.bits;
    const std::size_t shift = 8 - layout_.bits * (i % in_byte + 1);
    return static_cast<std::uint8_t>(row_[i / in_byte] >> shift & ((1U << layout_.bits) - 1));
  }
  /// From 0 to 255.
  std::uint8_t scaled(std::size_t i) const {
    const unsigned most = layout_.bits >= 8 ? 255 : (1U << layout_.bits) - 1;
    return static_cast<std::uint8_t>(raw(i) * 255U / most);
  }

private:
  const Layout& layout_;
  const std::uint8_t* row_;
};

/// A colour without its alpha's part in it, as Pillow computes it.
std::uint8_t unmultiplied(std::uint8_t colour, std::uint8_t alpha) {
  return alpha == 0 ? 0 : static_cast<std::uint8_t>(std::min(255 * colour / alpha, 255));
}

/// A pixel whose samples are `values`, scaled (indices into a palette are not).
void to_rgb(const Layout& layout, const std::uint8_t* values, std::uint8_t* rgb) {
  if (layout.photometric == PHOTOMETRIC_PALETTE) {
    std::copy_n(&layout.palette[3U * values[0]], 3, rgb);
    return;
  }
  if (layout.photometric == PHOTOMETRIC_SEPARATED) {
    cmyk_to_rgb(values, rgb);
    return;
  }
  const std::size_t colours = layout.colours();
  for (std::size_t c = 0; c < 3; ++c) {
    rgb[c] = values[colours == 1 ? 0 : c];
    if (layout.associated)
      rgb[c] = unmultiplied(rgb[c], values[colours]);
    if (layout.photometric == PHOTOMETRIC_MINISWHITE)
      rgb[c] = static_cast<std::uint8_t>(255 - rgb[c]);
  }
}

/// Strips and tiles alike: a strip is a tile of the picture's width.
struct Pieces {
  std::uint32_t width = 0, height = 0;
  tmsize_t bytes = 0, row_bytes = 0;
  bool tiled = false;
};

Pieces pieces_of(TIFF* tiff, const Image& image) {
  Pieces pieces;
  pieces.tiled = TIFFIsTiled(tiff) != 0;
  if (pieces.tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &pieces.width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &pieces.height);
    pieces.bytes = TIFFTileSize(tiff);
    pieces.row_bytes = TIFFTileRowSize(tiff);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &pieces.height);
    pieces.width = static_cast<std::uint32_t>(image.width);
    pieces.height = std::min(pieces.height, static_cast<std::uint32_t>(image.height));
    pieces.bytes = TIFFStripSize(tiff);
    pieces.row_bytes = TIFFScanlineSize(tiff);
  }
  // A tile may be larger than the picture, but not by orders of magnitude.
  const std::int64_t most = 2 * 8 * 32 * std::max<std::int64_t>(image.width * image.height, 1 << 20);
  FOVEA_CHECK(pieces.width > 0 && pieces.height > 0 && pieces.row_bytes > 0 && pieces.bytes > 0 &&
                  pieces.bytes <= most,
              "its strips or tiles have an impossible size");
  return pieces;
}

/// The samples of the whole picture, one byte each, piece by piece, plane by plane.
class Reader {
public:
  Reader(TIFF* tiff, Source& source, const Layout& layout, Image& image)
      : tiff_(tiff), source_(source), layout_(layout), image_(image), pieces_(pieces_of(tiff, image)) {}

  void read() {
    const bool separate = layout_.planar == PLANARCONFIG_SEPARATE && layout_.samples > 1;
    const std::uint16_t planes = separate ? layout_.samples : 1;
    std::vector<std::vector<std::uint8_t>> buffers(
        planes, std::vector<std::uint8_t>(static_cast<std::size_t>(pieces_.bytes)));
    for (std::int64_t y = 0; y < image_.height; y += pieces_.height)
      for (std::int64_t x = 0; x < image_.width; x += pieces_.width) {
        for (std::uint16_t plane = 0; plane < planes; ++plane)
          read_piece(x, y, plane, buffers[plane]);
        convert(x, y, buffers, separate);
      }
  }

private:
  void read_piece(std::int64_t x, std::int64_t y, std::uint16_t plane, std::vector<std::uint8_t>& buffer) {
    const auto column = static_cast<std::uint32_t>(x), row = static_cast<std::uint32_t>(y);
    const tmsize_t read =
        pieces_.tiled
            ? TIFFReadEncodedTile(tiff_, TIFFComputeTile(tiff_, column, row, 0, plane), buffer.data(),
                                  pieces_.bytes)
            : TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, row, plane), buffer.data(), pieces_.bytes);
    const std::int64_t rows = std::min<std::int64_t>(pieces_.height, image_.height - y);
    if (read < rows * pieces_.row_bytes && source_.error.empty())
      source_.error = "a part of the picture is missing";
    FOVEA_CHECK(source_.error.empty(), "{}", source_.error);
  }

  void convert(std::int64_t x, std::int64_t y, const std::vector<std::vector<std::uint8_t>>& buffers,
               bool separate) {
    const std::int64_t rows = std::min<std::int64_t>(pieces_.height, image_.height - y);
    const std::int64_t columns = std::min<std::int64_t>(pieces_.width, image_.width - x);
    const bool index = layout_.photometric == PHOTOMETRIC_PALETTE;
    std::uint8_t values[32] = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      std::uint8_t* out = image_.at(x, y + r);
      for (std::int64_t c = 0; c < columns; ++c, out += 3) {
        for (std::size_t s = 0; s < layout_.samples; ++s) {
          const Samples row(layout_, buffers[separate ? s : 0].data() + r * pieces_.row_bytes);
          const auto i = static_cast<std::size_t>(separate ? c : c * layout_.samples) + (separate ? 0 : s);
          values[s] = index ? row.raw(i) : row.scaled(i);
        }
        to_rgb(layout_, values, out);
      }
    }
  }

  TIFF* tiff_;
  Source& source_;
  const Layout& layout_;
  Image& image_;
  Pieces pieces_;
};

/// For YCbCr, CIE L*a*b* and the like: libtiff's own conversion.
void read_converted(TIFF* tiff, const Source& source, Image& image) {
  char reason[1024] = {};
  FOVEA_CHECK(TIFFRGBAImageOK(tiff, reason), "it is of an unsupported kind ({})", reason);
  std::vector<std::uint32_t> pixels(static_cast<std::size_t>(image.width * image.height));
  const int done = TIFFReadRGBAImageOriented(tiff, static_cast<std::uint32_t>(image.width),
                                             static_cast<std::uint32_t>(image.height), pixels.data(),
                                             ORIENTATION_TOPLEFT, 1);
  FOVEA_CHECK(done && source.error.empty(), "{}", source.error.empty() ? "it is damaged" : source.error);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    image.pixels[3 * i] = static_cast<std::uint8_t>(TIFFGetR(pixels[i]));
    image.pixels[3 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(pixels[i]));
    image.pixels[3 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(pixels[i]));
  }
}

void read(TIFF* tiff, Source& source, Image& image) {
  std::uint32_t width = 0, height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  FOVEA_CHECK(width == image.width && height == image.height, "its header and its picture differ");
  const Layout layout = layout_of(tiff);
  FOVEA_CHECK(TIFFIsCODECConfigured(layout.compression), "compression {} is not supported",
              layout.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);  // it is turned upright elsewhere
  if (layout.photometric == PHOTOMETRIC_YCBCR && layout.compression == COMPRESSION_JPEG)
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  if (is_plain(layout))
    Reader(tiff, source, layout, image).read();
  else
    read_converted(tiff, source, image);
}

}  // namespace

Image decode_tiff(std::string_view bytes, const Probe& probe) {
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  Source source{bytes, 0, {}};
  const Tiff tiff = open(source);
  try {
    FOVEA_CHECK(tiff, "{}", source.error);
    read(tiff.get(), source, image);
  } catch (const InputError& error) {
    throw InputError(fmt::format("the TIFF cannot be decoded: it is damaged or of an unsupported kind ({})",
                                 error.what()));
  }
  return image;
}

}  // namespace fovea
