#pragma once

#include "base/check.hpp"

#include <concepts>
#include <cstdint>

namespace fovea::ops {

/// The functions of element-wise arithmetic. Integers wrap around, as ONNX runtimes do, instead of being
/// undefined.

template <class T>
T negated(T x) {
  if constexpr (std::integral<T>)
    return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(x));
  else
    return -x;
}

struct Sum {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::integral<T>)
      return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    else
      return a + b;
  }
};

struct Difference {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::integral<T>)
      return static_cast<T>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
    else
      return a - b;
  }
};

struct Product {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::integral<T>)
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    else
      return a * b;
  }
};

struct Quotient {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::integral<T>) {
      FOVEA_CHECK(b != 0, "division of an integer by 0");
      return b == -1 ? negated(a) : a / b;  // the smallest integer divided by -1 would trap
    } else {
      return a / b;
    }
  }
};

}  // namespace fovea::ops
