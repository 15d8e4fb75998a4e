#include "image/bmp.hpp"

#include "image/bytes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <vector>

namespace fovea {
namespace {

/// Values of the header's field of that name.
enum Compression : std::uint32_t { kPlain = 0, kRuns8 = 1, kRuns4 = 2, kMasks = 3, kMasksAndAlpha = 6 };

constexpr std::uint64_t kFileHeader = 14;  ///< bytes before the picture's header
constexpr std::uint32_t kOs2Header = 12;   ///< the picture's header in OS/2 1.x and Windows 2.x
constexpr std::uint32_t kOs2LongHeader = 64;
constexpr std::uint32_t kWindowsHeader = 40;  ///< in Windows 3.x; newer ones are longer and begin alike

struct Header {
  std::uint32_t size = 0;  ///< of the picture's header
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool from_top = false;  ///< the first row is the picture's top
  std::uint32_t bits = 0;
  std::uint32_t compression = kPlain;
  std::uint32_t colours = 0;             ///< in the palette; 0: all that the bits can name
  std::array<std::uint32_t, 3> masks{};  ///< of red, green and blue
  std::uint64_t palette = 0;             ///< its first byte in the file
  std::uint64_t pixels = 0;              ///< the first row's first byte in the file

  bool runs() const { return compression == kRuns8 || compression == kRuns4; }
  bool palettes() const { return bits <= 8; }
  /// Bytes of a row that is not run-length coded; rows are padded to four bytes.
  std::uint64_t stride() const { return (static_cast<std::uint64_t>(width) * bits + 31) / 32 * 4; }
  /// Row y of the file as a row of the picture.
  std::int64_t row(std::int64_t y) const { return from_top ? y : height - 1 - y; }
};

void read_sides(const Bytes& bytes, Header& header) {
  header.size = bytes.u32(kFileHeader);
  if (header.size == kOs2Header) {
    header.width = bytes.u16(18);
    header.height = bytes.u16(20);
    header.bits = bytes.u16(24);
    return;
  }
  FOVEA_CHECK(header.size == 16 || header.size >= kWindowsHeader,
              "a BMP whose header has {} bytes is not supported; convert it to PNG", header.size);
  header.width = static_cast<std::int32_t>(bytes.u32(18));
  const auto height = std::int64_t{static_cast<std::int32_t>(bytes.u32(22))};
  header.height = std::abs(height);
  header.from_top = height < 0;
  header.bits = bytes.u16(28);
  if (header.size >= kWindowsHeader) {
    header.compression = bytes.u32(30);
    header.colours = bytes.u32(46);
  }
}

void check_kind(const Header& header) {
  const std::uint32_t bits = header.bits;
  switch (header.compression) {
  case kPlain:
    FOVEA_CHECK(bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32,
                "a BMP of {} bits a pixel is not supported; convert it to PNG", bits);
    return;
  case kRuns8:
  case kRuns4:
    FOVEA_CHECK(bits == (header.compression == kRuns8 ? 8 : 4),
                "the BMP is damaged: run-length coding {} with {} bits a pixel", header.compression, bits);
    return;
  case kMasks:
  case kMasksAndAlpha:
    // In the long header of OS/2, 3 is a coding of faxes.
    if (header.size != kOs2LongHeader) {
      FOVEA_CHECK(bits == 16 || bits == 24 || bits == 32,
                  "the BMP is damaged: masks of colours with {} bits a pixel", bits);
      return;
    }
    [[fallthrough]];
  default:
    throw InputError(
        fmt::format("a BMP of compression {} is not supported; convert it to PNG", header.compression));
  }
}

/// Of 16 and 32 bits a pixel.
void read_masks(const Bytes& bytes, Header& header) {
  header.masks = header.bits == 16 ? std::array<std::uint32_t, 3>{0x7C00, 0x3E0, 0x1F}
                                   : std::array<std::uint32_t, 3>{0xFF0000, 0xFF00, 0xFF};
  if (header.compression == kPlain)
    return;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::uint32_t mask = bytes.u32(kFileHeader + kWindowsHeader + 4 * c);
    header.masks[c] = mask;
    const std::uint64_t top = std::uint64_t{mask >> (mask ? std::countr_zero(mask) : 0)} + 1;
    FOVEA_CHECK(std::has_single_bit(top), "the BMP is damaged: 0x{:X} is no mask of a colour", mask);
  }
}

Header parse_header(std::string_view data) {
  const Bytes bytes(data, false);
  Header header;
  read_sides(bytes, header);
  check_kind(header);
  header.palette = kFileHeader + header.size;
  if (!header.palettes()) {
    read_masks(bytes, header);
    if (header.size == kWindowsHeader && header.compression != kPlain)
      header.palette += header.compression == kMasks ? 12 : 16;
  }
  header.pixels = bytes.u32(10);
  if (header.pixels == 0)  // as some writers leave it
    header.pixels = header.palette;
  return header;
}

std::vector<Colour> read_palette(std::string_view data, const Header& header) {
  const std::uint64_t size = header.size == kOs2Header ? 3 : 4;
  std::uint64_t count = std::uint64_t{1} << header.bits;
  if (header.colours > 0)
    count = std::min<std::uint64_t>(count, header.colours);
  if (header.pixels >= header.palette + size)  // old writers store as many as they use and do not say so
    count = std::min(count, (header.pixels - header.palette) / size);
  const std::string_view stored = Bytes(data).slice(header.palette, count * size);
  std::vector<Colour> palette(count);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < 3; ++c)  // blue first
      palette[i][c] = static_cast<std::uint8_t>(stored[i * size + 2 - c]);
  return palette;
}

/// The colours of a picture with a palette, by their indices.
class Painter {
public:
  Painter(std::string_view data, const Header& header, Image& image)
      : palette_(read_palette(data, header)), header_(header), image_(image) {}

  void clear() {
    for (std::int64_t y = 0; y < image_.height; ++y)
      for (std::int64_t x = 0; x < image_.width; ++x)
        put(x, y, 0);
  }
  /// Row y of the file.
  void put(std::int64_t x, std::int64_t y, std::uint32_t index) {
    FOVEA_CHECK(index < palette_.size(), "the BMP is damaged: a pixel has colour {} of a palette of {}",
                index, palette_.size());
    std::copy_n(palette_[index].begin(), 3, image_.at(x, header_.row(y)));
  }

private:
  std::vector<Colour> palette_;
  const Header& header_;
  Image& image_;
};

void decode_indices(std::string_view data, const Header& header, Image& image) {
  Painter painter(data, header, image);
  const std::uint32_t per_byte = 8 / header.bits, mask = (1U << header.bits) - 1;
  for (std::int64_t y = 0; y < header.height; ++y) {
    const std::string_view row =
        Bytes(data).slice(header.pixels + static_cast<std::uint64_t>(y) * header.stride(), header.stride());
    for (std::int64_t x = 0; x < header.width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const auto byte = static_cast<std::uint8_t>(row[i / per_byte]);
      const auto shift = header.bits * (per_byte - 1 - static_cast<std::uint32_t>(i % per_byte));
      painter.put(x, y, byte >> shift & mask);
    }
  }
}

/// Run-length coding: pairs of a count and a byte of one index (two in turn, of 4 bits). Count 0 is an
/// escape: the byte after it is 0 at the end of a row, 1 at the end of the picture, 2 before a step to the
/// right and to the next rows, else the number of indices that follow as they are, padded to two bytes.
class Runs {
public:
  Runs(std::string_view data, const Header& header, Image& image)
      : bytes_(data), header_(header), painter_(data, header, image), next_(header.pixels) {}

  void decode() {
    painter_.clear();
    // A file whose picture is whole may lack the mark of its end.
    while (y_ < header_.height - 1 || (y_ == header_.height - 1 && x_ < header_.width)) {
      const std::uint32_t count = take();
      const std::uint32_t value = take();
      if (count > 0)
        put_run(count, value);
      else if (value == 1)
        return;
      else
        escape(value);
    }
  }

private:
  std::uint32_t take() { return bytes_.u8(next_++); }

  void escape(std::uint32_t value) {
    if (value == 0) {
      x_ = 0;
      ++y_;
    } else if (value == 2) {
      x_ += take();
      y_ += take();
      FOVEA_CHECK(x_ <= header_.width && y_ <= header_.height,
                  "the BMP is damaged: its run-length coding leaves the picture");
    } else {
      put_stored(value);
    }
  }

  std::uint32_t half(std::uint32_t byte, std::uint32_t i) const { return i % 2 == 0 ? byte >> 4 : byte & 15; }

  void put_run(std::uint32_t count, std::uint32_t byte) {
    check_row(count);
    for (std::uint32_t i = 0; i < count; ++i)
      painter_.put(x_++, y_, header_.bits == 8 ? byte : half(byte, i));
  }

  void put_stored(std::uint32_t count) {
    check_row(count);
    const std::uint64_t first = next_;
    std::uint32_t byte = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (header_.bits == 8 || i % 2 == 0)
        byte = take();
      painter_.put(x_++, y_, header_.bits == 8 ? byte : half(byte, i));
    }
    next_ += (next_ - first) % 2;
  }

  void check_row(std::uint32_t count) const {
    FOVEA_CHECK(x_ + count <= header_.width,
                "the BMP is damaged: a run of {} pixels from column {} in a picture {} wide", count, x_,
                header_.width);
  }

  Bytes bytes_;
  const Header& header_;
  Painter painter_;
  std::uint64_t next_;
  std::int64_t x_ = 0;
  std::int64_t y_ = 0;
};

/// The bits of a pixel that are one of its colours.
class Sample {
public:
  explicit Sample(std::uint32_t mask)
      : mask_(mask), shift_(mask ? std::countr_zero(mask) : 0), maximum_(mask >> shift_) {}

  std::uint8_t of(std::uint32_t pixel) const {
    const std::uint32_t value = (pixel & mask_) >> shift_;
    if (maximum_ == 255)
      return static_cast<std::uint8_t>(value);
    return maximum_ == 0 ? 0 : static_cast<std::uint8_t>(std::uint64_t{value} * 255 / maximum_);
  }

private:
  std::uint32_t mask_;
  int shift_;
  std::uint32_t maximum_;
};

void decode_masked(std::string_view data, const Header& header, Image& image) {
  const std::uint64_t size = header.bits / 8;
  const std::array<Sample, 3> samples{Sample(header.masks[0]), Sample(header.masks[1]),
                                      Sample(header.masks[2])};
  for (std::int64_t y = 0; y < header.height; ++y) {
    const Bytes row(
        Bytes(data).slice(header.pixels + static_cast<std::uint64_t>(y) * header.stride(), header.stride()),
        false);
    std::uint8_t* out = image.at(0, header.row(y));
    for (std::uint64_t offset = 0; offset < static_cast<std::uint64_t>(header.width) * size; offset += size) {
      const std::uint32_t pixel = size == 2 ? row.u16(offset) : size == 3 ? row.u24(offset) : row.u32(offset);
      for (const Sample& sample : samples)
        *out++ = sample.of(pixel);
    }
  }
}

}  // namespace

Probe probe_bmp(std::string_view data) {
  const Header header = parse_header(data);
  Probe probe{.format = ImageFormat::Bmp};
  probe.width = header.width;
  probe.height = header.height;
  // A picture without pixels or with too many is refused for that.
  if (!header.runs() && probe.width > 0 && probe.height > 0 && probe.width <= kMaxImagePixels / probe.height)
    (void)Bytes(data).slice(header.pixels, header.stride() * static_cast<std::uint64_t>(header.height));
  return probe;
}

Image decode_bmp(std::string_view data, const Probe& probe) {
  const Header header = parse_header(data);
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  if (header.runs())
    Runs(data, header, image).decode();
  else if (header.palettes())
    decode_indices(data, header, image);
  else
    decode_masked(data, header, image);
  return image;
}

}  // namespace fovea
