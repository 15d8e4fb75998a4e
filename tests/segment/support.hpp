#pragma once

#include "fovea/segment.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fovea::test {

/// Whole numbers that are the same on every machine.
class Dice {
public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// 0..bound-1.
  std::int64_t operator()(std::int64_t bound) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(bound));
  }

private:
  std::mt19937_64 engine_;
};

/// A picture of noise.
inline Image noise(std::int64_t width, std::int64_t height, std::uint64_t seed) {
  Dice dice(seed);
  Image image = Image::blank(width, height, 3, 0);
  for (std::uint8_t& value : image.pixels)
    value = static_cast<std::uint8_t>(dice(256));
  return image;
}

/// A mask drawn with '#' and '.', rows of one length.
inline Mask drawn(const std::vector<std::string>& rows) {
  Mask mask = Mask::blank(static_cast<std::int64_t>(rows[0].size()), static_cast<std::int64_t>(rows.size()));
  for (std::int64_t y = 0; y < mask.height; ++y)
    for (std::int64_t x = 0; x < mask.width; ++x)
      mask.at(x, y) = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#';
  return mask;
}

inline Tensor map_of(std::int64_t height, std::int64_t width, const std::vector<float>& values) {
  return Tensor::from<float>({height, width}, values);
}

/// A greenish square, columns and rows [a, b), on reddish ground, both a little noisy.
inline Image square(std::int64_t size, std::int64_t a, std::int64_t b, std::uint64_t seed = 1) {
  Dice dice(seed);
  Image image = Image::blank(size, size, 3, 0);
  for (std::int64_t y = 0; y < size; ++y)
    for (std::int64_t x = 0; x < size; ++x) {
      const bool inside = x >= a && x < b && y >= a && y < b;
      const std::int64_t base[3] = {inside ? 60 : 160, inside ? 150 : 70, 60};
      for (int c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<std::uint8_t>(base[c] + dice(31));
    }
  return image;
}

}  // namespace fovea::test
