#include "image/pnm.hpp"

#include "image/bytes.hpp"

#include <algorithm>

namespace fovea {
namespace {

struct Header {
  int kind = 0;  ///< 1 to 3: bits, grey, colour as text; 4 to 6: the same in binary
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t maximum = 1;
  std::size_t end = 0;  ///< one past the last number

  bool binary() const { return kind >= 4; }
  bool bits() const { return kind == 1 || kind == 4; }
  std::int64_t channels() const { return kind == 3 || kind == 6 ? 3 : 1; }
  /// Bytes of a binary row.
  std::int64_t stride() const {
    return bits() ? (width + 7) / 8 : width * channels() * (maximum > 255 ? 2 : 1);
  }
};

void skip_blanks(std::string_view data, std::size_t& offset) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (offset < data.size() && (blank(data[offset]) || data[offset] == '#')) {
    if (data[offset] == '#')  // a comment to the end of its line
      offset = std::min(data.find('\n', offset), data.size() - 1);
    ++offset;
  }
}

std::int64_t next_number(std::string_view data, std::size_t& offset, bool one_digit = false) {
  skip_blanks(data, offset);
  FOVEA_CHECK(offset < data.size(), "the file is cut short");
  std::int64_t value = 0;
  const std::size_t first = offset;
  for (; offset < data.size() && data[offset] >= '0' && data[offset] <= '9'; ++offset) {
    value = value * 10 + (data[offset] - '0');
    FOVEA_CHECK(value <= INT32_MAX, "the PNM is damaged: a number too large");
    if (one_digit && offset == first)
      return ++offset, value;
  }
  FOVEA_CHECK(offset > first, "the PNM is damaged: expected a number at byte {}", offset);
  return value;
}

Header parse_header(std::string_view data) {
  Header header;
  header.kind = data[1] - '0';
  header.end = 2;
  header.width = next_number(data, header.end);
  header.height = next_number(data, header.end);
  if (!header.bits()) {
    header.maximum = next_number(data, header.end);
    FOVEA_CHECK(header.maximum > 0 && header.maximum < 65536, "the PNM is damaged: a maximum of {}",
                header.maximum);
  }
  return header;
}

std::uint8_t to_byte(std::int64_t sample, const Header& header) {
  FOVEA_CHECK(sample <= header.maximum, "the PNM is damaged: a sample of {} above the maximum {}", sample,
              header.maximum);
  if (header.bits())
    return sample ? 0 : 255;  // a set bit is ink
  if (header.maximum == 65535)
    return static_cast<std::uint8_t>(sample >> 8);
  return static_cast<std::uint8_t>((sample * 255 + header.maximum / 2) / header.maximum);
}

/// The i-th sample of a binary row.
std::int64_t binary_sample(const Bytes& row, std::int64_t i, const Header& header) {
  const auto index = static_cast<std::uint64_t>(i);
  if (header.bits())
    return row.u8(index / 8) >> (7 - index % 8) & 1;
  return header.maximum > 255 ? row.u16(2 * index) : row.u8(index);
}

}  // namespace

Probe probe_pnm(std::string_view data) {
  const Header header = parse_header(data);
  Probe probe{.format = ImageFormat::Pnm};
  probe.width = header.width;
  probe.height = header.height;
  // A picture without pixels or with too many is refused for that.
  if (probe.width > 0 && probe.height > 0 && probe.width <= kMaxImagePixels / probe.height && header.binary())
    (void)Bytes(data).slice(header.end + 1, static_cast<std::uint64_t>(header.stride() * header.height));
  return probe;
}

Image decode_pnm(std::string_view data, const Probe& probe) {
  const Header header = parse_header(data);
  Image image = Image::blank(probe.width, probe.height, 3, 0);
  std::size_t offset = header.end;
  for (std::int64_t y = 0; y < image.height; ++y) {
    std::uint8_t* out = image.at(0, y);
    const auto stride = static_cast<std::uint64_t>(header.binary() ? header.stride() : 0);
    const Bytes row(Bytes(data).slice(
        header.end + (header.binary() ? 1 : 0) + static_cast<std::uint64_t>(y) * stride, stride));
    for (std::int64_t i = 0; i < image.width * header.channels(); ++i) {
      const std::int64_t sample =
          header.binary() ? binary_sample(row, i, header) : next_number(data, offset, header.bits());
      out = std::fill_n(out, header.channels() == 3 ? 1 : 3, to_byte(sample, header));
    }
  }
  return image;
}

}  // namespace fovea
