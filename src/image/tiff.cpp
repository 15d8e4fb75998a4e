#include "image/tiff.hpp"

#include "image/bytes.hpp"

#include <optional>
#include <vector>

namespace fovea {
namespace {

enum Tag : std::uint32_t {
  kImageWidth = 256,
  kImageLength = 257,
  kBitsPerSample = 258,
  kStripOffsets = 273,
  kOrientation = 274,
  kStripByteCounts = 279,
  kTileOffsets = 324,
  kTileByteCounts = 325,
  kSampleFormat = 339,
};

/// One entry of a directory: its values are 8-, 16- or 32-bit unsigned numbers, in place when they fit into 4
/// bytes.
class Entry {
public:
  Entry(const Bytes& file, std::uint64_t offset) : file_(file), count_(file.u32(offset + 4)) {
    const std::uint32_t type = file.u16(offset + 2);
    width_ = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
    begin_ = width_ * count_ <= 4 ? offset + 8 : file.u32(offset + 8);
  }

  std::uint64_t count() const { return width_ ? count_ : 0; }
  std::uint32_t operator[](std::uint64_t i) const {
    const std::uint64_t offset = begin_ + i * width_;
    return width_ == 1 ? file_.u8(offset) : width_ == 2 ? file_.u16(offset) : file_.u32(offset);
  }

private:
  const Bytes& file_;
  std::uint64_t count_;
  std::uint64_t width_ = 0;
  std::uint64_t begin_ = 0;
};

class Directory {
public:
  explicit Directory(std::string_view data) : file_(data, data.substr(0, 2) == "MM") {
    FOVEA_CHECK(file_.u16(2) == 42, "the TIFF header is damaged");
    offset_ = file_.u32(4);
    entries_ = file_.u16(offset_);
  }

  std::optional<Entry> find(std::uint32_t tag) const {
    for (std::uint64_t i = 0; i < entries_; ++i)
      if (file_.u16(offset_ + 2 + 12 * i) == tag)
        return Entry(file_, offset_ + 2 + 12 * i);
    return std::nullopt;
  }
  std::uint32_t number(std::uint32_t tag, std::uint32_t missing) const {
    const auto entry = find(tag);
    return entry && entry->count() == 1 ? (*entry)[0] : missing;
  }
  /// The first of the values that each channel has one of.
  std::uint32_t first(std::uint32_t tag, std::uint32_t missing) const {
    const auto entry = find(tag);
    return entry && entry->count() > 0 ? (*entry)[0] : missing;
  }
  /// InputError when a piece of the picture reaches past the end.
  void check_pieces(std::uint32_t offsets_tag, std::uint32_t counts_tag) const {
    const auto offsets = find(offsets_tag);
    const auto counts = find(counts_tag);
    if (!offsets || !counts)
      return;
    for (std::uint64_t i = 0; i < offsets->count() && i < counts->count(); ++i)
      (void)file_.slice((*offsets)[i], (*counts)[i]);
  }

private:
  Bytes file_;
  std::uint64_t offset_ = 0;
  std::uint64_t entries_ = 0;
};

int valid_orientation(std::uint32_t value) {
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

}  // namespace

int exif_orientation(std::string_view tiff) {
  // A picture with a damaged EXIF block is still a picture.
  try {
    if (tiff.substr(0, 2) != "MM" && tiff.substr(0, 2) != "II")
      return 1;
    return valid_orientation(Directory(tiff).number(kOrientation, 1));
  } catch (const InputError&) {
    return 1;
  }
}

Probe probe_tiff(std::string_view data) {
  const Directory directory(data);
  Probe probe{.format = ImageFormat::Tiff};
  probe.width = directory.number(kImageWidth, 0);
  probe.height = directory.number(kImageLength, 0);
  probe.orientation = valid_orientation(directory.number(kOrientation, 1));
  const std::uint32_t bits = directory.first(kBitsPerSample, 1);
  FOVEA_CHECK(bits <= 16 && directory.first(kSampleFormat, 1) == 1,
              "a TIFF of {}-bit, signed or floating-point samples is not supported: expected unsigned "
              "samples of at most "
              "16 bits",
              bits);
  directory.check_pieces(kStripOffsets, kStripByteCounts);
  directory.check_pieces(kTileOffsets, kTileByteCounts);
  return probe;
}

}  // namespace fovea
