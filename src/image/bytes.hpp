#pragma once

#include "base/check.hpp"

#include <cstdint>
#include <string_view>

namespace fovea {

/// Reads numbers from a file's bytes. Reading past the end is an InputError.
class Bytes {
public:
  explicit Bytes(std::string_view data, bool big_endian = true) : data_(data), big_endian_(big_endian) {}

  std::uint64_t size() const { return data_.size(); }
  bool big_endian() const { return big_endian_; }
  std::string_view slice(std::uint64_t offset, std::uint64_t count) const {
    FOVEA_CHECK(offset <= data_.size() && count <= data_.size() - offset, "the file is cut short");
    return data_.substr(offset, count);
  }
  std::uint32_t u8(std::uint64_t offset) const { return number(offset, 1); }
  std::uint32_t u16(std::uint64_t offset) const { return number(offset, 2); }
  std::uint32_t u24(std::uint64_t offset) const { return number(offset, 3); }
  std::uint32_t u32(std::uint64_t offset) const { return number(offset, 4); }

private:
  std::uint32_t number(std::uint64_t offset, unsigned count) const {
    std::uint32_t value = 0;
    const std::string_view digits = slice(offset, count);
    for (unsigned i = 0; i < count; ++i)
      value = value << 8 | static_cast<std::uint8_t>(digits[big_endian_ ? i : count - 1 - i]);
    return value;
  }

  std::string_view data_;
  bool big_endian_;
};

}  // namespace fovea
