#include "image/probe.hpp"

#include "fovea/image.hpp"
#include "image/bmp.hpp"
#include "image/bytes.hpp"
#include "image/pnm.hpp"
#include "image/tiff.hpp"

#include <array>

namespace fovea {
namespace {

bool starts_with(std::string_view bytes, std::string_view magic) {
  return bytes.substr(0, magic.size()) == magic;
}

/// PNG: chunks of length, type, data, checksum up to IEND.
Probe probe_png(std::string_view data) {
  const Bytes bytes(data);
  Probe probe{.format = ImageFormat::Png};
  FOVEA_CHECK(bytes.slice(12, 4) == "IHDR", "the PNG header is damaged: no IHDR chunk");
  probe.width = bytes.u32(16);
  probe.height = bytes.u32(20);
  // Chunk lengths of a picture that is refused anyway are not worth a look.
  if (probe.width == 0 || probe.height == 0 || probe.width > kMaxImagePixels / probe.height)
    return probe;
  for (std::uint64_t offset = 8;;) {
    const std::uint64_t length = bytes.u32(offset);
    const std::string_view type = bytes.slice(offset + 4, 4);
    const std::string_view body = bytes.slice(offset + 8, length);
    (void)bytes.u32(offset + 8 + length);
    FOVEA_CHECK(type != "acTL", "an animated PNG is not supported; convert it to a single picture");
    if (type == "eXIf")
      probe.orientation = exif_orientation(body);
    if (type == "IEND")
      return probe;
    offset += 12 + length;
  }
}

/// JPEG: markers and their segments up to the first scan.
Probe probe_jpeg(std::string_view data) {
  const Bytes bytes(data);
  Probe probe{.format = ImageFormat::Jpeg};
  bool framed = false;
  for (std::uint64_t offset = 2;;) {
    FOVEA_CHECK(bytes.u8(offset) == 0xFF, "the JPEG is damaged: no marker at byte {}", offset);
    const std::uint32_t marker = bytes.u8(offset + 1);
    if (marker == 0xFF) {  // fill bytes may stand before a marker
      ++offset;
      continue;
    }
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {  // markers without a segment
      offset += 2;
      continue;
    }
    FOVEA_CHECK(marker != 0xD9, "the JPEG has no picture");
    const std::uint64_t length = bytes.u16(offset + 2);
    FOVEA_CHECK(length >= 2, "the JPEG is damaged: a segment of {} bytes", length);
    const std::string_view body = bytes.slice(offset + 4, length - 2);
    const bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) {
      const Bytes frame(body);
      probe.height = frame.u16(1);
      probe.width = frame.u16(3);
      framed = true;
    } else if (marker == 0xE1 && starts_with(body, std::string_view("Exif\0\0", 6))) {
      probe.orientation = exif_orientation(body.substr(6));
    } else if (marker == 0xDA) {
      FOVEA_CHECK(framed, "the JPEG is damaged: its scan comes before its frame");
      return probe;
    }
    offset += 2 + length;
  }
}

/// WebP: a RIFF file of chunks; VP8X announces animation and the canvas, VP8 and VP8L hold the picture.
Probe probe_webp(std::string_view data) {
  const Bytes bytes(data, false);
  Probe probe{.format = ImageFormat::WebP};
  const std::uint64_t end = 8 + std::uint64_t{bytes.u32(4)};
  (void)bytes.slice(0, end);
  bool found = false;
  for (std::uint64_t offset = 12; offset + 8 <= end;) {
    const std::string_view type = bytes.slice(offset, 4);
    const std::uint64_t length = bytes.u32(offset + 4);
    const Bytes body(bytes.slice(offset + 8, length), false);
    if (type == "VP8X") {
      FOVEA_CHECK((body.u8(0) & 2) == 0, "an animated WebP is not supported; convert it to a single picture");
    } else if (type == "VP8 ") {
      probe.width = body.u16(6) & 0x3FFF;
      probe.height = body.u16(8) & 0x3FFF;
      found = true;
    } else if (type == "VP8L") {
      const std::uint32_t sizes = body.u32(1);
      probe.width = (sizes & 0x3FFF) + 1;
      probe.height = (sizes >> 14 & 0x3FFF) + 1;
      found = true;
    } else if (type == "EXIF") {
      std::string_view exif = body.slice(0, length);
      if (starts_with(exif, std::string_view("Exif\0\0", 6)))
        exif.remove_prefix(6);
      probe.orientation = exif_orientation(exif);
    }
    offset += 8 + length + length % 2;
  }
  FOVEA_CHECK(found, "the WebP has no picture");
  return probe;
}

/// The name of a picture's format that is not read, empty when the first bytes tell of none.
std::string_view other_format(std::string_view bytes) {
  struct Format {
    std::string_view name, magic;
    std::size_t offset = 0;
  };
  using namespace std::string_view_literals;
  static constexpr std::array kFormats{Format{"GIF", "GIF8"},
                                       Format{"JPEG 2000", "\0\0\0\x0CjP  "sv},
                                       Format{"JPEG 2000", "\xFF\x4F\xFF\x51"},
                                       Format{"JPEG XL", "\0\0\0\x0CJXL "sv},
                                       Format{"JPEG XL", "\xFF\x0A"},
                                       Format{"AVIF", "ftypavi", 4},
                                       Format{"HEIF", "ftyphei", 4},
                                       Format{"HEIF", "ftyphev", 4},
                                       Format{"HEIF", "ftypmif1", 4},
                                       Format{"BigTIFF", "II+\0"sv},
                                       Format{"BigTIFF", "MM\0+"sv},
                                       Format{"OpenEXR", "\x76\x2F\x31\x01"},
                                       Format{"Radiance HDR", "#?RADIANCE"},
                                       Format{"Sun raster", "\x59\xA6\x6A\x95"},
                                       Format{"PAM", "P7\n"},
                                       Format{"PFM", "PF\n"},
                                       Format{"PFM", "Pf\n"},
                                       Format{"QOI", "qoif"},
                                       Format{"Photoshop", "8BPS"},
                                       Format{"PDF", "%PDF"},
                                       Format{"SVG", "<svg"},
                                       Format{"DirectDraw Surface", "DDS "},
                                       Format{"an icon", "\0\0\1\0"sv}};
  for (const Format& format : kFormats)
    if (bytes.size() > format.offset && starts_with(bytes.substr(format.offset), format.magic))
      return format.name;
  return {};
}

Probe probe_any(std::string_view data) {
  switch (format_of(data)) {
  case ImageFormat::Png:
    return probe_png(data);
  case ImageFormat::Jpeg:
    return probe_jpeg(data);
  case ImageFormat::WebP:
    return probe_webp(data);
  case ImageFormat::Tiff:
    return probe_tiff(data);
  case ImageFormat::Bmp:
    return probe_bmp(data);
  case ImageFormat::Pnm:
    return probe_pnm(data);
  }
  FOVEA_ASSERT(!"unknown picture format");
}

}  // namespace

std::string_view name_of(ImageFormat format) {
  switch (format) {
  case ImageFormat::Png:
    return "PNG";
  case ImageFormat::Jpeg:
    return "JPEG";
  case ImageFormat::Bmp:
    return "BMP";
  case ImageFormat::WebP:
    return "WebP";
  case ImageFormat::Tiff:
    return "TIFF";
  case ImageFormat::Pnm:
    return "PNM";
  }
  FOVEA_ASSERT(!"unknown picture format");
}

ImageFormat format_of(std::string_view bytes) {
  FOVEA_CHECK(!bytes.empty(), "the file is empty");
  if (starts_with(bytes, "\x89PNG\r\n\x1A\n"))
    return ImageFormat::Png;
  if (starts_with(bytes, "\xFF\xD8"))
    return ImageFormat::Jpeg;
  if (starts_with(bytes, "RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP")
    return ImageFormat::WebP;
  if (starts_with(bytes, std::string_view("II*\0", 4)) || starts_with(bytes, std::string_view("MM\0*", 4)))
    return ImageFormat::Tiff;
  if (starts_with(bytes, "BM"))
    return ImageFormat::Bmp;
  if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
      (bytes[2] <= ' ' || bytes[2] == '#'))
    return ImageFormat::Pnm;
  const std::string_view other = other_format(bytes);
  throw InputError((other.empty() ? "not a picture" : std::string(other) + " is not supported") +
                   ": expected PNG, JPEG, WebP, TIFF, BMP or PNM");
}

Probe probe_image(std::string_view bytes) {
  const Probe probe = probe_any(bytes);
  FOVEA_CHECK(probe.width > 0 && probe.height > 0, "the {} is of {} x {} pixels: nothing to see",
              name_of(probe.format), probe.width, probe.height);
  FOVEA_CHECK(probe.width <= kMaxImagePixels / probe.height,
              "the {} is of {} x {} pixels: at most {} million are allowed", name_of(probe.format),
              probe.width, probe.height, kMaxImagePixels / 1'000'000);
  return probe;
}

}  // namespace fovea
