#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace fovea {

/// Random numbers that are the same on every machine and with every standard library: SplitMix64
/// (steele2014fast) and plain arithmetic on its bits.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
  }

  /// In [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// One of 0 ... count - 1, all equally likely; count is at least 1.
  std::uint64_t below(std::uint64_t count) {
    // The lowest (2^64 mod count) values would make some results likelier than others.
    const std::uint64_t refused = (0 - count) % count;
    std::uint64_t drawn = bits();
    while (drawn < refused)
      drawn = bits();
    return drawn % count;
  }

  /// Standard normal (Box and Muller's transform, one of its two values).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

  /// Moves `count` items drawn without replacement to the front, in random order.
  template <class T>
  void draw_to_front(std::vector<T>& items, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      std::swap(items[i], items[i + static_cast<std::size_t>(below(items.size() - i))]);
  }

private:
  std::uint64_t state_;
};

}  // namespace fovea
