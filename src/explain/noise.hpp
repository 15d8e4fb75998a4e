#pragma once

#include "explain/method.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace fovea {

/// Philox4x32-10 (`salmon2011parallel`): four random words for each counter, by a function that keeps no
/// state. Passes BigCrush.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Writes x + sigma n to `out`, where n are standard normal numbers, independent for each key, stream and
/// element, and the same on every machine.
void add_normal_noise(std::span<const float> x, float sigma, std::uint64_t key, std::uint64_t stream,
                      std::span<float> out);

/// Noisy copies of a network input: x + sigma n with normal n, and sigma the given fraction of the range of
/// x. The i-th copy does not depend on which copies were made before it, so results do not depend on batches.
class Noise {
public:
  Noise(const Tensor& input, const MethodOptions& options);

  void copy(std::int64_t i, std::span<float> picture) const {
    add_normal_noise(x_, sigma_, seed_, static_cast<std::uint64_t>(i), picture);
  }

  float sigma() const { return sigma_; }

private:
  std::span<const float> x_;
  std::uint64_t seed_;
  float sigma_ = 0;
};

}  // namespace fovea
