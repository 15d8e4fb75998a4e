#pragma once

#include <concepts>
#include <limits>

namespace fovea {

/// x as another element type. Floating-point numbers are truncated to integers, with values out of range
/// becoming the nearest one in range and NaN becoming 0; conversion to bool is x != 0.
template <class To, class From>
To convert(From x) {
  if constexpr (std::same_as<To, bool>) {
    return x != From(0);
  } else if constexpr (std::floating_point<From> && std::integral<To>) {
    using Limits = std::numeric_limits<To>;
    if (x != x)
      return 0;
    if (x < static_cast<From>(Limits::lowest()))
      return Limits::lowest();
    // The largest integer may round up to a power of two, which is already out of range.
    return x >= static_cast<From>(Limits::max()) ? Limits::max() : static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace fovea
