#pragma once

#include "explain/method.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace fovea {

/// Philox4x32-10 (`salmon2011parallel`): four random words for each counter, by a function that keeps no
/// state. Passes BigCrush.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Writes x + sigma n, n standard normal numbers, independent for each key, stream and place, and the same
/// on every machine. Of as many values as `out` has.
void add_normal_noise(std::span<const float> x, float sigma, std::uint64_t key, std::uint64_t stream,
                      std::span<float> out);

/// Noisy copies of a network input: x + sigma n, n normal, sigma the given share of the range of x. The i-th
/// copy is the same whatever is asked for before it, so that results do not hang on batches.
class Noise {
public:
  Noise(const Tensor& input, const MethodOptions& options);

  void copy(std::int64_t i, std::span<float> picture) const {
    add_normal_noise(x_, sigma_, seed_, static_cast<std::uint64_t>(i), picture);
  }

private:
  std::span<const float> x_;
  std::uint64_t seed_;
  float sigma_ = 0;
};

}  // namespace fovea
