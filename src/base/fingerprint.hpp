#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace fovea {

/// A hash that distinguishes texts (FNV-1a, 64 bits). It guards against mistakes, not against malice.
class Fingerprint {
public:
  Fingerprint& add(std::string_view bytes) {
    for (char c : bytes)
      value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return *this;
  }
  std::uint64_t number() const { return value_; }
  /// 16 hexadecimal digits.
  std::string text() const { return fmt::format("{:016x}", value_); }

private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace fovea
