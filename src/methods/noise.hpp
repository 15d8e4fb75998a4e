#pragma once

#include "base/check.hpp"
#include "methods/method.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace fovea {

/// Noisy copies of a network input: x + sigma n, n normal, sigma the given share of the range of x. The i-th
/// copy is the same whatever is asked for before it, so that results do not hang on batches.
class Noise {
public:
  Noise(const Tensor& input, const MethodOptions& options) : x_(input.data<float>()), seed_(options.seed) {
    const auto [low, high] = std::minmax_element(x_.begin(), x_.end());
    sigma_ = static_cast<float>(options.noise) * (*high - *low);
  }

  void copy(std::int64_t i, std::span<float> picture) const {
    std::seed_seq seeds{static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32U),
                        static_cast<std::uint32_t>(i)};
    std::mt19937 random(seeds);
    // Two normal numbers from two uniform ones (Box and Muller): several times faster than the library's.
    const auto uniform = [&] { return (static_cast<float>(random() >> 8U) + 1) * 0x1p-24F; };
    for (std::size_t k = 0; k < picture.size(); k += 2) {
      constexpr float turn = 6.28318530718F;
      const float radius = sigma_ * std::sqrt(-2 * std::log(uniform())), angle = turn * uniform();
      picture[k] = x_[k] + radius * std::cos(angle);
      if (k + 1 < picture.size())
        picture[k + 1] = x_[k + 1] + radius * std::sin(angle);
    }
  }

private:
  std::span<const float> x_;
  std::uint64_t seed_;
  float sigma_ = 0;
};

/// SmoothGrad around a rule of the way back: MethodOptions::smooth samples in batches.
CompiledMethod compile_smooth_rule(const MethodContext& context, Rule rule);

}  // namespace fovea
