#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace fovea::studio {

/// The largest request line with all headers, in bytes.
inline constexpr std::size_t kMaxHeadBytes = 32 << 10;

/// How long clients may take, and how much they may send.
struct ConnectionLimits {
  std::chrono::milliseconds idle{30'000};  ///< until a further request begins
  std::chrono::milliseconds head{10'000};  ///< until the head of a request is there
  /// A body, in either direction, may take this long, and longer in proportion to its bytes.
  std::chrono::milliseconds body{10'000};
  std::int64_t slowest = 16 << 10;  ///< bytes of a body in a second
  std::int64_t max_upload = std::int64_t{1} << 30;
};

}  // namespace fovea::studio
